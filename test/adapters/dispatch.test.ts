// How a stage's function is started.
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, expect, test } from 'vitest';
import { createDispatch } from '../../lambdas/adapters/dispatch.ts';
import { type AwsAnswer, type AwsServer, startAwsServer } from '../fakes/aws-server.ts';

let server: AwsServer;
afterEach(() => server.stop());

async function startDispatch(answer: AwsAnswer) {
  server = await startAwsServer(() => answer);
  const client = new LambdaClient(server.settings);
  return createDispatch({ client, functionName: (stage) => `icehouse-${stage}` });
}

const MESSAGE = { asset_id: 'asset1', life: 1, version: 4 };

test('invokes the function of the stage without waiting for it', async () => {
  const dispatch = await startDispatch({ status: 202, body: {} });

  await dispatch.invoke('archive', MESSAGE);

  const request = server.requests[0];
  expect(request?.path).toContain('/functions/icehouse-archive/invocations');
  expect(request?.headers['x-amz-invocation-type']).toBe('Event');
  expect(request?.body).toStrictEqual(MESSAGE);
});

test.each([
  [429, 'TooManyRequestsException', 'TransientError', 'DISPATCH_THROTTLED'],
  [500, 'ServiceException', 'TransientError', 'DISPATCH_UNAVAILABLE'],
  [403, 'AccessDeniedException', 'SetUpError', 'DISPATCH_DENIED'],
  [404, 'ResourceNotFoundException', 'SetUpError', 'DISPATCH_MISSING'],
])('makes of %i %s a %s %s', async (status, type, name, code) => {
  const headers = { 'x-amzn-errortype': type };
  const dispatch = await startDispatch({ status, headers, body: { message: 'no' } });

  const invoke = dispatch.invoke('archive', MESSAGE);

  await expect(invoke).rejects.toMatchObject({ name, code, cause: { name: type } });
});

test('makes of a service that cannot be reached a passing failure', async () => {
  const dispatch = await startDispatch({ status: 202, body: {} });
  await server.stop();

  const invoke = dispatch.invoke('archive', MESSAGE);

  await expect(invoke).rejects.toMatchObject({ name: 'TransientError', code: 'DISPATCH_UNAVAILABLE' });
});

test('lets a fault of the code through as it is', async () => {
  const headers = { 'x-amzn-errortype': 'InvalidParameterValueException' };
  const dispatch = await startDispatch({ status: 400, headers, body: { message: 'no' } });

  const invoke = dispatch.invoke('archive', MESSAGE);

  await expect(invoke).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});
