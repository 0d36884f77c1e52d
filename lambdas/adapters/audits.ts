// Audits on DynamoDB, in the ledger's table: `audit#latest` is the one under way or the last, `audit#<id>` those before,
// `audit#<id>#finding#<n>` their findings, `seen#<asset>` the last audit that saw the asset at the platform.
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Audit, Finding } from '../domain/audit.ts';
import { ConflictError } from '../domain/failures.ts';
import type { Audits } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';

export interface AuditsOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

const LATEST = 'latest';

/** Errors: as the ledger's. */
export function createAudits({ client, tableName }: AuditsOptions): Audits {
  const place: AwsPlace = { code: 'LEDGER', name: `table ${tableName}` };

  const read = (pk: string) =>
    atAws(place, async () => {
      const Key = { pk: { S: pk } };
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
      );
      return Item && unmarshall(Item);
    });
  const write = (pk: string, fields: object, condition?: Partial<PutItemCommandInput>) =>
    atAws(place, async () => {
      const Item = marshall({ ...fields, pk }, { removeUndefinedValues: true });
      await client.send(new PutItemCommand({ TableName: tableName, Item, ...condition }));
    });
  const audit = async (name: string): Promise<Audit | undefined> => {
    const item = await read(`audit#${name}`);
    if (!item) return undefined;
    const { pk: _, ...stored } = item;
    return stored as Audit;
  };

  return {
    latest: () => audit(LATEST),
    kept: (id) => audit(id),
    keep: (kept) => write(`audit#${kept.id}`, kept),

    async save(changed) {
      const stored = { ...changed, version: changed.version + 1 };
      try {
        await write(`audit#${LATEST}`, stored, ifVersion(changed.version));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        throw new ConflictError(`Somebody else went on with audit ${changed.id}.`, { cause: error });
      }
      return stored;
    },

    putFindings: (id, page, findings) => write(findingsKey(id, page), { findings }),
    findings: async (id, page) => ((await read(findingsKey(id, page)))?.findings ?? []) as readonly Finding[],
    markSeen: (assetId, audit_id) => write(`seen#${assetId}`, { audit_id }),
    wasSeen: async (assetId, auditId) => (await read(`seen#${assetId}`))?.audit_id === auditId,
  };
}

function findingsKey(id: string, page: number): string {
  return `audit#${id}#finding#${page}`;
}

function ifVersion(version: number): Partial<PutItemCommandInput> {
  if (version === 0) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: { ':version': { N: String(version) } },
  };
}
