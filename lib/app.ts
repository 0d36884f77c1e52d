// The CDK app: one stack that holds one Icehouse, for one Mux environment.
// Context values, `cdk deploy -c name=value`: deletions, storageClass, expirySchedule, graceDays, webhookUrls, bearerTokens, readSecret,
// webhookSecret;
// alarmTopicArn for whoever is to be told; laterIndex for a table that is there (lib/ledger.ts); name for another stack beside the first.
import { App, CfnOutput, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { alarmTopic, contextProps, stackName } from './context.ts';
import { Icehouse } from './icehouse.ts';

const app = new App();
const stack = new Stack(app, stackName(app.node), { description: 'Keeps Mux videos safe in S3 Glacier' });
const icehouse = new Icehouse(stack, 'Icehouse', {
  ...contextProps(app.node),
  alarmTopic: alarmTopic(stack),
});

const outputs = {
  ApiUrl: icehouse.apiUrl,
  WebhookUrl: icehouse.webhookUrl,
  VaultBucket: icehouse.bucket.bucketName,
  LedgerTable: icehouse.table.tableName,
  TransitionBus: icehouse.bus.eventBusName,
  MuxSecret: icehouse.secret.secretName,
  ...(icehouse.readSecret && { ReadSecret: icehouse.readSecret.secretName }),
  ...(icehouse.webhookSecret && { WebhookSecret: icehouse.webhookSecret.secretName }),
  CopyQueue: icehouse.copyQueue.queueUrl,
  CopyDeadLettersQueue: icehouse.copyDeadLetters.queueUrl,
  FailedInvocationsQueue: icehouse.failedInvocations.queueUrl,
  ...(icehouse.bearerTokens && { BearerTokens: icehouse.bearerTokens.secret.secretName }),
  ...(icehouse.webhooks && {
    SigningSecret: icehouse.webhooks.secret.secretName,
    WebhookDeadLettersQueue: icehouse.webhooks.deadLetters.queueUrl,
  }),
};
for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });

Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
