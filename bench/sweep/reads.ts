// Counts what a client asks of the ledger, as DynamoDB bills it: items read by key and by query, items written.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface Counts {
  /** Requests by name: `GetItem`, `Query`, … */
  readonly calls: Record<string, number>;
  /** Records read by key, found or not. */
  gets: number;
  /** Index entries that queries went through (ScannedCount), also those that a filter then left out. */
  scanned: number;
  writes: number;
  /** Every `index partition` that a query read. */
  readonly partitions: Set<string>;
}

export function itemsRead({ gets, scanned }: Counts): number {
  return gets + scanned;
}

interface Input {
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly unknown[] }>>;
}

/** Everything that the client sends from now on is counted. */
export function countCalls(client: DynamoDBClient): Counts {
  const counts: Counts = { calls: {}, gets: 0, scanned: 0, writes: 0, partitions: new Set() };
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        const answer = await next(request);
        const { ScannedCount = 0 } = answer.output as { ScannedCount?: number };
        count(counts, commandName.replace(/Command$/, ''), request.input as Input, ScannedCount);
        return answer;
      },
    { step: 'initialize', name: 'countCalls' },
  );
  return counts;
}

function count(counts: Counts, call: string, input: Input, scannedCount: number): void {
  counts.calls[call] = (counts.calls[call] ?? 0) + 1;
  if (call === 'GetItem') counts.gets += 1;
  else if (call === 'BatchGetItem') counts.gets += keysOf(input);
  else if (call === 'Query' || call === 'Scan') {
    counts.scanned += scannedCount;
    counts.partitions.add(`${input.IndexName ?? 'table'} ${partitionOf(input)}`);
  } else counts.writes += 1;
}

function keysOf({ RequestItems = {} }: Input): number {
  return Object.values(RequestItems).reduce((sum, { Keys = [] }) => sum + Keys.length, 0);
}

/** The value of the one equality that every query begins with. */
function partitionOf({ KeyConditionExpression = '', ExpressionAttributeValues = {} }: Input): string {
  const [, name = ''] = /=\s*(:\w+)/.exec(KeyConditionExpression) ?? [];
  return ExpressionAttributeValues[name]?.S ?? '?';
}
