// Reads the few props that can be given on the command line (`-c name=value`), where everything is a string.
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct, Node } from 'constructs';
import { EXPIRY_SCHEDULES, STORAGE_CLASSES } from '../lambdas/contract/names.ts';
import type { IcehouseProps } from './icehouse-props.ts';

/** Throws an Error that names the value and what it may be. */
export function contextProps(node: Node): IcehouseProps {
  return {
    deletions: oneOf(node, 'deletions', ['on', 'dry-run']),
    storageClass: oneOf(node, 'storageClass', STORAGE_CLASSES),
    expirySchedule: oneOf(node, 'expirySchedule', EXPIRY_SCHEDULES),
    graceDays: days(node, 'graceDays'),
    webhooks: webhooks(node),
    bearerTokens: isTrue(node, 'bearerTokens'),
    readSecret: isTrue(node, 'readSecret'),
    webhookSecret: isTrue(node, 'webhookSecret'),
  };
}

/** By what name the stack is known: another one, `-c name=icehouse-staging`, is another Icehouse beside the first. */
export function stackName(node: Node): string {
  const given: unknown = node.tryGetContext('name') ?? 'Icehouse';
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(String(given)))
    throw new Error(`Context name: expected letters, digits and hyphens, a letter first, got ${given}.`);
  return String(given);
}

/** Apart from the props, since it becomes a thing of the stack. Throws an Error that names the value. */
export function alarmTopic(stack: Construct): ITopic | undefined {
  const given: unknown = stack.node.tryGetContext('alarmTopicArn');
  if (given === undefined) return undefined;
  if (!/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/.test(String(given)))
    throw new Error(`Context alarmTopicArn: expected the ARN of an SNS topic, got ${given}.`);
  return Topic.fromTopicArn(stack, 'AlarmTopic', String(given));
}

function oneOf<T extends string>(node: Node, name: string, allowed: readonly T[]): T | undefined {
  const given: unknown = node.tryGetContext(name);
  if (given === undefined) return undefined;
  const match = allowed.find((value) => value === given);
  if (match === undefined)
    throw new Error(`Context ${name}: expected one of ${allowed.join(', ')}, got ${given}.`);
  return match;
}

function isTrue(node: Node, name: string): boolean | undefined {
  const given = oneOf(node, name, ['true', 'false']);
  return given === undefined ? undefined : given === 'true';
}

function days(node: Node, name: string): number | undefined {
  const given: unknown = node.tryGetContext(name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 0)
    throw new Error(`Context ${name}: expected whole days, got ${given}.`);
  return value;
}

/** URLs, comma-separated; the construct says what is wrong with one. */
function webhooks(node: Node): IcehouseProps['webhooks'] {
  const given: unknown = node.tryGetContext('webhookUrls');
  return given === undefined ? undefined : { urls: String(given).split(',') };
}
