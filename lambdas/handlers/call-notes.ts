// What the trail is told of calls that leave no trace in a record: refusals, and acts on everything. Never a body.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { iso } from '../domain/time.ts';
import type { CallEvent } from '../domain/trail.ts';
import type { Calls, Log } from '../stages/ports.ts';
import { principalOf } from './caller.ts';

type Event = APIGatewayProxyEventV2;

/** What they change is no record, so that no transition tells of it. */
const ACTS: ReadonlySet<string> = new Set([
  'PUT /v1/hold',
  'DELETE /v1/hold',
  'POST /v1/assets/{asset_id}/slim',
]);

/** Answers 200 whatever becomes of its items. */
const BATCH = 'POST /v1/delete-requests/batch';

export interface NotesDeps {
  readonly calls: Calls;
  readonly log: Log;
}

/** Never throws: whatever becomes of the note, the caller gets the answer. */
export async function noteCall(
  event: Event,
  answer: APIGatewayProxyStructuredResultV2,
  nowMs: number,
  { calls, log }: NotesDeps,
): Promise<void> {
  try {
    const notes = notesOf(event, answer, nowMs);
    if (notes.length > 0) await calls.tell(notes);
  } catch (error) {
    const { routeKey, requestContext } = event;
    const request_id = requestContext?.requestId;
    log.error('call not noted in the trail', { route: routeKey, request_id, error: String(error) });
  }
}

/** None for reads, for what worked and is told by its transition, and for faults of ours. */
export function notesOf(
  event: Event,
  { statusCode: status = 200, body = '' }: APIGatewayProxyStructuredResultV2,
  nowMs: number,
): readonly CallEvent[] {
  const { routeKey, pathParameters } = event;
  if (!/^(POST|PUT|PATCH|DELETE) /.test(routeKey)) return [];
  const asked = fieldsOf(parsed(bodyOf(event)));
  const ids = idsOf(asked);
  const answered = fieldsOf(parsed(body));
  if (isRefusal(status)) {
    return [
      noteOf(event, nowMs, {
        ...ids,
        ...answered,
        asset_id: pathParameters?.asset_id ?? ids.asset_id,
        status,
      }),
    ];
  }
  if (ACTS.has(routeKey) && status < 300) {
    // Which asset is in the path, for an act on one. Only looking at what would be done is none.
    const asset_id = pathParameters?.asset_id ?? ids.asset_id;
    return answered.dry_run === true ? [] : [noteOf(event, nowMs, { ...ids, asset_id, status })];
  }
  return routeKey === BATCH ? refusedItems(event, nowMs, asked.items, answered.data) : [];
}

/** Each of many requests is answered in its own place. */
function refusedItems(event: Event, nowMs: number, asked: unknown, answered: unknown): readonly CallEvent[] {
  const [wishes, answers] = [asked, answered].map((list) => (Array.isArray(list) ? list.map(fieldsOf) : []));
  return [...(answers ?? []).entries()].flatMap(([item, { status, asset_id, problem }]) =>
    isRefusal(status)
      ? [
          noteOf(event, nowMs, {
            ...idsOf(wishes?.[item] ?? {}),
            ...fieldsOf(problem),
            asset_id,
            status,
            item,
          }),
        ]
      : [],
  );
}

/** All that is taken of a body. */
function idsOf({ asset_id, user_id, deleted_by_user_id, requested_by }: Fields): Fields {
  return { asset_id, user_id: user_id ?? requested_by, deleted_by_user_id };
}

function isRefusal(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status < 500;
}

type Fields = Readonly<Record<string, unknown>>;

function noteOf(
  event: Event,
  nowMs: number,
  said: Fields & { readonly status: number; readonly item?: number },
): CallEvent {
  return {
    at: iso(nowMs),
    call: event.routeKey,
    status: said.status,
    request_id: event.requestContext.requestId,
    asset_id: matching(/^[A-Za-z0-9]{1,255}$/, said.asset_id),
    code: matching(/^.{1,255}$/s, said.code),
    field: matching(/^.{1,255}$/s, said.field),
    item: said.item,
    user_id: matching(/^.{1,255}$/s, said.deleted_by_user_id ?? said.user_id),
    principal: principalOf(event),
  };
}

function matching(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function bodyOf({ body = '', isBase64Encoded }: Event): string {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
