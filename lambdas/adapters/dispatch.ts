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
  return {
    async invoke(stage, message) {
      const FunctionName = functionName(stage);
      await atAws({ code: 'DISPATCH', name: `function ${FunctionName}` }, () =>
        client.send(
          new InvokeCommand({
            FunctionName,
            InvocationType: 'Event',
            Payload: Buffer.from(JSON.stringify(message)),
          }),
        ),
      );
    },
  };
}
