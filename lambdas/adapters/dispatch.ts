// Starts a stage's function and does not wait for it.
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Stage } from '../contract/names.ts';
import type { Dispatch } from '../stages/ports.ts';
import { atAws } from './aws-failures.ts';

export interface DispatchOptions {
  readonly client: LambdaClient;
  readonly functionName: (stage: Stage) => string;
}

/** Errors: DISPATCH_THROTTLED, DISPATCH_UNAVAILABLE (transient), DISPATCH_DENIED, DISPATCH_MISSING (permanent). */
export function createDispatch({ client, functionName }: DispatchOptions): Dispatch {
  return { invoke: (stage, message) => startFunction(client, functionName(stage), message) };
}

/** Starts any function of ours by its name, with the same errors. */
export async function startFunction(client: LambdaClient, name: string, message: object): Promise<void> {
  await atAws({ code: 'DISPATCH', name: `function ${name}` }, () =>
    client.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(message)),
      }),
    ),
  );
}
