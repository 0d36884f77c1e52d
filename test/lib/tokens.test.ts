// Which function may read which of Mux's secrets, where there is more than one.
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, test } from 'vitest';
import { FUNCTIONS, type FunctionName } from '../../lambdas/contract/names.ts';
import type { Icehouse } from '../../lib/icehouse.ts';
import type { IcehouseProps } from '../../lib/icehouse-props.ts';
import { environmentOf, statementsOf, synthesize, withStack } from './synthesized.ts';

const WRITERS: readonly FunctionName[] = ['api', 'master', 'archive', 'expire', 'restore', 'cancel', 'purge'];

/** By function the one secret that it may read, which is also the one that it is told of. */
function secretsOf(props: IcehouseProps): Readonly<Record<string, string>> {
  const template = synthesize(props);
  const named = FUNCTIONS.flatMap((name) => {
    const readable = statementsOf(template, name).filter(
      ({ Action }) => Action === 'secretsmanager:GetSecretValue',
    );
    const told = environmentOf(template, name).MUX_SECRET_ID;
    expect(readable.map(({ Resource }) => Resource)).toEqual(told === undefined ? [] : [told]);
    const id = JSON.stringify(told ?? '').match(/MuxCredentials(\w*Secret)[0-9A-F]{8}/)?.[1];
    return id ? [[name, id]] : [];
  });
  return Object.fromEntries(named);
}

const allWith = (names: readonly FunctionName[], secret: string) =>
  Object.fromEntries(names.map((name) => [name, secret]));

describe('the functions that call Mux or verify what it sends', () => {
  test('all read the one secret where there is one', () => {
    expect(secretsOf({})).toEqual(allWith([...WRITERS, 'copy', 'audit', 'webhook'], 'Secret'));
  });

  test('read one whose token cannot write, if they never do', () => {
    expect(secretsOf({ readSecret: true })).toEqual({
      ...allWith(WRITERS, 'Secret'),
      ...allWith(['copy', 'audit', 'webhook'], 'ReadSecret'),
    });
  });

  test('read one without a token, if they only verify', () => {
    expect(secretsOf({ readSecret: true, webhookSecret: true })).toEqual({
      ...allWith(WRITERS, 'Secret'),
      ...allWith(['copy', 'audit'], 'ReadSecret'),
      webhook: 'WebhookSecret',
    });
  });
});

// Else `icehouse connect` stores the signing secret where the webhook function may not read it, and calls the stack connected.
test.each<[string, IcehouseProps, 'secret' | 'readSecret' | 'webhookSecret']>([
  ['one secret', {}, 'secret'],
  ['one to read beside it', { readSecret: true }, 'readSecret'],
  ['one for the webhook', { webhookSecret: true }, 'webhookSecret'],
  ['all three', { readSecret: true, webhookSecret: true }, 'webhookSecret'],
])('with %s the construct names the one that the webhook function reads', (_, props, expected) => {
  const [named, told, own] = withStack(
    () => props,
    (stack) => {
      const icehouse = stack.node.findChild('Icehouse') as Icehouse;
      const { secretArn } = icehouse.webhookSecret ?? icehouse.secret;
      const template = Template.fromStack(stack);
      const read = environmentOf(template, 'webhook').MUX_SECRET_ID;
      return [stack.resolve(secretArn), read, stack.resolve(icehouse[expected]?.secretArn)];
    },
  );

  expect([named, told]).toEqual([own, own]);
});

test('a secret that is there already is used, and none is made', () => {
  const template = synthesize((stack) => ({
    readSecret: Secret.fromSecretNameV2(stack, 'OurRead', 'our-read'),
  }));

  template.resourceCountIs('AWS::SecretsManager::Secret', 1);
  expect(JSON.stringify(environmentOf(template, 'audit').MUX_SECRET_ID)).toContain(':secret:our-read');
});
