// Which function may read which of Mux's secrets, where there is more than one.
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, test } from 'vitest';
import { FUNCTIONS, type FunctionName } from '../../lambdas/contract/names.ts';
import type { IcehouseProps } from '../../lib/icehouse-props.ts';
import { environmentOf, statementsOf, synthesize } from './synthesized.ts';

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

test('a secret that is there already is used, and none is made', () => {
  const template = synthesize((stack) => ({
    readSecret: Secret.fromSecretNameV2(stack, 'OurRead', 'our-read'),
  }));

  template.resourceCountIs('AWS::SecretsManager::Secret', 1);
  expect(JSON.stringify(environmentOf(template, 'audit').MUX_SECRET_ID)).toContain(':secret:our-read');
});
