// The inside of a function's process: loads the bundle, then runs one invocation at a time as its parent says.
// It has the function's environment only, and ends with its parent.
import { flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';

/** From the parent. */
export interface InvokeMessage {
  readonly payload: string;
  readonly deadlineMs: number;
  readonly context: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
    readonly awsRequestId: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
  };
}

export interface FunctionFault {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** To the parent: `ready` once, then one of the others per invocation. */
export type HostMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'fault'; readonly fault: FunctionFault };

type Handler = (event: unknown, context: unknown) => unknown;

const send = (message: HostMessage) => process.send?.(message);

function faultOf(error: unknown): FunctionFault {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

async function run(handler: Handler, { payload, deadlineMs, context }: InvokeMessage): Promise<void> {
  try {
    const getRemainingTimeInMillis = () => Math.max(0, deadlineMs - Date.now());
    const result = await handler(JSON.parse(payload), { ...context, getRemainingTimeInMillis });
    send({ kind: 'result', payload: JSON.stringify(result) ?? 'null' });
    keepCompiled();
  } catch (error) {
    console.error(error);
    send({ kind: 'fault', fault: faultOf(error) });
  }
}

async function loadHandler(file: string, exportName: string): Promise<Handler> {
  const bundle = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const handler = bundle[exportName];
  if (typeof handler !== 'function') throw new Error(`${file} exports no function ${exportName}`);
  return handler as Handler;
}

/** Node would keep what it has compiled when it exits, and this process is killed. Writes only what is not kept yet. */
function keepCompiled(): void {
  if (isKept) return;
  isKept = true;
  flushCompileCache();
}

let isKept = false;
delete process.env.NODE_COMPILE_CACHE;
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
process.on('SIGINT', () => {});
const [file = '', exportName = ''] = process.argv.slice(2);
try {
  const handler = await loadHandler(file, exportName);
  process.on('message', (message) => void run(handler, message as InvokeMessage));
  send({ kind: 'ready' });
} catch (error) {
  console.error(error);
  send({ kind: 'fault', fault: faultOf(error) });
}
