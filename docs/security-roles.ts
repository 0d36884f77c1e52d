// What each function's role may do, as the template has it: which of the powers that matter, and every action with its resource.
import { Template } from 'aws-cdk-lib/assertions';
import type { Stack } from 'aws-cdk-lib/core';
import { FUNCTIONS, OPTIONAL_FUNCTIONS } from '../lambdas/contract/names.ts';
import { matchesWildcard } from '../local/cloud/policy.ts';
import { type Statement, statementsOf } from '../test/lib/synthesized.ts';

/** An action on one resource, named as people say it: `vault/mux/…`, `ledger`. */
interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly isConditional: boolean;
}

export interface Role {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** A key of each kind, to be tried against the patterns of the policies. */
const MASTER = 'vault/mux/env/asset/1/master.mp4';
const MANIFEST = 'vault/mux/env/asset/1/manifest.json';
const TRAIL = 'vault/trail/2026/12/24/x.json';

/** The first that fits a logical id without its hash names it; what is new here is called as the template calls it. */
const RESOURCES: readonly [RegExp, string][] = [
  [/^IcehouseVaultBucket$/, 'vault'],
  [/^IcehouseLedgerTable$/, 'ledger'],
  [/^IcehouseMuxCredentialsSecret$/, 'Mux secret'],
  [/^IcehouseWebhooksSecret$/, 'signing secret'],
  [/^IcehouseTransitionsBus$/, 'bus'],
  [/^IcehouseFunctions([a-z]+)Function$/, '$1'],
  [/^Icehouse(Functions|Webhooks)[a-z]+Logs$/, 'own log'],
  [/^IcehouseWebhooksReceiver.*$/, 'receiver’s queue'],
  [/^Icehouse(?:Queues)?(\w+)$/, '$1'],
];

const POWERS: readonly [string, (role: Role) => boolean][] = [
  ['read the Mux token', may('secretsmanager:GetSecretValue', 'Mux secret')],
  ['read a master', (role) => may('s3:GetObject', MASTER)(role) || may('s3:GetObjectVersion', MASTER)(role)],
  ['write a master', may('s3:PutObject', MASTER)],
  ['write a manifest', may('s3:PutObject', MANIFEST)],
  ['write the trail', may('s3:PutObject', TRAIL)],
  ['thaw', may('s3:RestoreObject', MASTER)],
  ['abort an upload', may('s3:AbortMultipartUpload', MASTER)],
  ['remove a version', may('s3:DeleteObjectVersion', MASTER)],
  ['write the ledger', may('dynamodb:PutItem', 'ledger')],
  ['drop a ledger item', may('dynamodb:DeleteItem', 'ledger')],
  ['start a stage', (role) => role.permissions.some(({ action }) => action === 'lambda:InvokeFunction')],
];

/** What would undo the archive or widen a role, and what no engineer should find in any row. */
const FORBIDDEN = [
  ...[
    's3:DeleteObject',
    's3:BypassGovernanceRetention',
    's3:PutLifecycleConfiguration',
    's3:PutBucketPolicy',
  ],
  ...['s3:PutBucketVersioning', 's3:DeleteBucket', 'dynamodb:Scan', 'dynamodb:DeleteTable'],
  ...['secretsmanager:PutSecretValue', 'lambda:UpdateFunctionCode', 'iam:PassRole', 'sts:AssumeRole'],
  ...['kms:ScheduleKeyDeletion', 'kms:CreateGrant'],
];

/** Of the functions that this stack has: some come only with their props. */
export function rolesOf(stack: Stack): readonly Role[] {
  const template = Template.fromStack(stack);
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const isThere = (name: string) =>
    functions.some(({ Properties }) => String(Properties.FunctionName).endsWith(`-${name}`));
  return [...FUNCTIONS, ...OPTIONAL_FUNCTIONS].filter(isThere).map((name) => ({
    name,
    permissions: statementsOf(template, name).flatMap(permissionsOf),
  }));
}

/** A function a row, a power a column. */
export function powersTable(roles: readonly Role[]): readonly (readonly string[])[] {
  const rows = roles.map((role) => [
    `\`${role.name}\``,
    ...POWERS.map(([, has]) => (has(role) ? 'yes' : '')),
  ]);
  return [['function', ...POWERS.map(([power]) => power)], ...rows];
}

/** Of the actions that nobody is to have, those that indeed nobody has. */
export function forbiddenToAll(roles: readonly Role[]): readonly string[] {
  const had = roles.flatMap(({ permissions }) => permissions.map(({ action }) => action));
  return FORBIDDEN.filter((action) => !had.some((pattern) => matchesWildcard(pattern, action)));
}

/** Every action of a role by its resource, its own log left out; what has a condition is marked. */
export function actionsTable(roles: readonly Role[]): readonly (readonly string[])[] {
  const rows = roles.map(({ name, permissions }) => {
    const byResource = Map.groupBy(
      permissions.filter(({ resource }) => resource !== 'own log'),
      ({ resource }) => resource,
    );
    const byActions = Map.groupBy(byResource, ([, all]) => actionsIn(all));
    const cells = [...byActions].map(([actions, group]) => {
      return `${actions} on ${group.map(([resource]) => `\`${resource}\``).join(', ')}`;
    });
    return [`\`${name}\``, cells.join('; ')];
  });
  return [['function', 'may'], ...rows];
}

function actionsIn(permissions: readonly Permission[]): string {
  const words = permissions.map(
    ({ action, isConditional }) => `${action.replace(/^\w+:/, '')}${isConditional ? '*' : ''}`,
  );
  return [...new Set(words)].sort().join(', ');
}

function permissionsOf(statement: Statement & { readonly Condition?: unknown }): readonly Permission[] {
  if (statement.Effect !== 'Allow') return [];
  const isConditional = statement.Condition !== undefined;
  return [statement.Action]
    .flat()
    .flatMap((action) =>
      [statement.Resource].flat().map((resource) => ({ action, resource: nameOf(resource), isConditional })),
    );
}

function may(action: string, resource: string): (role: Role) => boolean {
  return ({ permissions }) =>
    permissions.some((one) => one.action === action && matchesWildcard(one.resource, resource));
}

function nameOf(resource: unknown): string {
  if (typeof resource !== 'object' || resource === null) return String(resource);
  if ('Fn::Join' in resource) {
    const [delimiter, parts] = resource['Fn::Join'] as [string, readonly unknown[]];
    return parts.map(nameOf).join(delimiter);
  }
  const [, value] = Object.entries(resource)[0] ?? [];
  const logicalId = String([value].flat()[0]).replace(/[0-9A-F]{8}$/, '');
  const known = RESOURCES.find(([pattern]) => pattern.test(logicalId));
  return known ? logicalId.replace(known[0], known[1]) : logicalId;
}
