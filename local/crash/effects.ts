// What counts as an effect, and what it is called: a request of a function that changes something at an engine.
// Reads are left out: a crash around a read leaves the world as the crash after the effect before it does.

/** The engines, by the name of the variable that tells a function where each is. */
export const SERVICES = {
  AWS_ENDPOINT_URL_S3: 'S3',
  AWS_ENDPOINT_URL_DYNAMODB: 'DynamoDB',
  AWS_ENDPOINT_URL_SQS: 'SQS',
  AWS_ENDPOINT_URL_LAMBDA: 'AWS',
  MUX_BASE_URL: 'Mux',
} as const;
export type Service = (typeof SERVICES)[keyof typeof SERVICES];

/** A request as the door sees it. */
export interface SeenRequest {
  readonly service: Service;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** `X-Amz-Target`, where the service has one. */
  readonly target: string;
  /** Empty for S3, whose bodies stream. */
  readonly body: string;
}

/** The same at each replay of a life, so without ids and times; undefined for a read. */
export function effectOf(request: SeenRequest): string | undefined {
  const operation = OPERATIONS[request.service](request);
  return operation && `${request.service} ${operation}`;
}

const OPERATIONS: Readonly<Record<Service, (request: SeenRequest) => string | undefined>> = {
  S3: s3Operation,
  DynamoDB: tableOperation,
  SQS: ({ target }) => changing(target),
  AWS: serviceOperation,
  Mux: muxOperation,
};

/** The operation of a target such as `DynamoDB_20120810.PutItem`, unless it only reads. */
function changing(target: string): string | undefined {
  const operation = target.slice(target.indexOf('.') + 1);
  return /^(Get|BatchGet|Query|Scan|Describe|List|Receive)/.test(operation) ? undefined : operation;
}

/** Files whose name is the id of a track, or of a new asset. */
const NAMED_BY_ID = [
  ['/captions/', 'caption'],
  ['/restored/', 'comparison'],
] as const;

function s3Operation({ method, path }: SeenRequest): string | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const { pathname, searchParams } = new URL(path, 'http://s3');
  // Beside the life and not in it: an entry of the trail is written when its event comes, and nobody waits for it.
  if (/^\/[^/]+\/trail\//.test(pathname)) return undefined;
  const file = NAMED_BY_ID.find(([folder]) => pathname.includes(folder))?.[1] ?? pathname.split('/').at(-1);
  const part = searchParams.get('partNumber');
  if (part) return `UploadPart ${part}`;
  if (searchParams.has('uploads')) return 'CreateMultipartUpload';
  if (searchParams.has('restore')) return 'RestoreObject';
  // Its body, which names the versions, streams past: the life is that of the process.
  if (searchParams.has('delete')) return 'DeleteObjects';
  const hasUpload = searchParams.has('uploadId');
  if (method === 'POST') return hasUpload ? 'CompleteMultipartUpload' : `POST ${file}`;
  if (method === 'DELETE') return hasUpload ? 'AbortMultipartUpload' : `DeleteObject ${file}`;
  return `PutObject ${file}`;
}

interface TableRequest {
  readonly Key?: Readonly<Record<string, { readonly S?: string }>>;
  readonly Item?: Readonly<Record<string, { readonly S?: string }>>;
}

function tableOperation({ target, body }: SeenRequest): string | undefined {
  const operation = changing(target);
  if (operation === undefined) return undefined;
  const { Key, Item } = JSON.parse(body) as TableRequest;
  const [kind = '', ...rest] = (Item ?? Key)?.pk?.S?.split('#') ?? [];
  if (kind === 'asset') return `${operation} record ${Item?.status?.S ?? ''}`.trimEnd();
  if (kind === 'alias') return `${operation} alias ${rest[0]}`;
  // Whatever has a digit is an id or a date.
  return `${operation} ${[kind, ...rest.filter((word) => !/\d/.test(word))].join(' ')}`;
}

interface BusRequest {
  readonly Entries?: readonly { readonly Detail?: string }[];
}

function serviceOperation({ path, target, body }: SeenRequest): string | undefined {
  const invoked = /\/functions\/([^/]+)\/invocations/.exec(path)?.[1];
  if (invoked) return `Invoke ${shortName(decodeURIComponent(invoked))}`;
  const operation = changing(target);
  if (operation !== 'PutEvents') return operation;
  const { Entries = [] } = JSON.parse(body) as BusRequest;
  const details = Entries.map(({ Detail = '{}' }) => JSON.parse(Detail) as { to?: string });
  return `PutEvents ${details.map(({ to = 'alarm' }) => to).join(' ')}`;
}

function muxOperation({ method, path }: SeenRequest): string | undefined {
  if (method === 'GET') return undefined;
  // Ids are of both cases and of digits.
  const words = path.split(/[/?]/).filter((word) => /^[a-z-]+$/.test(word));
  return `${method} ${words.slice(1).join('/')}`;
}

/** `icehouse-archive` is the function `archive`. */
export function shortName(functionName: string): string {
  return functionName.split('-').at(-1) ?? functionName;
}
