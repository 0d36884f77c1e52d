// Explains a wildcard in a policy to cdk-nag, for one resource and not for all: a second one is still found.
import { Stack, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** For every policy below `scope`. */
export function explainWildcard(scope: Construct, resourceArn: string, reason: string): void {
  const resource = asNagSpells(Stack.of(scope).resolve(resourceArn));
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
}

/** cdk-nag writes `<LogicalId.Arn>/mux/*` where the template has a Fn::Join around a Fn::GetAtt. */
function asNagSpells(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    const [delimiter, parts] = value['Fn::Join'];
    return parts.map(asNagSpells).join(delimiter);
  }
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt']))
    return `<${value['Fn::GetAtt'].join('.')}>`;
  return 'Ref' in value ? `<${value.Ref}>` : JSON.stringify(value);
}
