// Who may ask for deletions without a copy: whom the stack's owner grants it, and nobody else.

import { Template } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import type { Icehouse } from '../../lib/icehouse.ts';
import { withStack } from './synthesized.ts';

test('grantDeleteOnly grants its one route', () => {
  const template = withStack(
    () => ({}),
    (stack) => {
      const icehouse = stack.node.findChild('Icehouse') as Icehouse;
      icehouse.grantDeleteOnly(new User(stack, 'Moderator'));
      return Template.fromStack(stack);
    },
  );

  const granted = Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => Action === 'execute-api:Invoke');
  expect(granted).toHaveLength(1);
  expect(JSON.stringify(granted)).toContain('/$default/POST/v1/delete-requests/delete-only"');
});
