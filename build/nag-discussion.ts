// What there is to say of each finding of the Serverless and NIST 800-53 r5 packs that stays: one line each, printed by
// `npm run nag` and on docs/security.md. One without a line here, and a line whose finding is gone, fail both.

export const DISCUSSED: Readonly<Record<string, string>> = {
  'NIST.800.53.R5-CloudWatchAlarmAction':
    'Prop `alarmTopic` gives every alarm its action; without it they are there to be looked at. Give it.',
  'NIST.800.53.R5-CloudWatchLogGroupEncrypted':
    'CloudWatch Logs encrypts with keys of its own. What is in the logs: ids, statuses, counts and sizes; no secret, no name of a person, no URL’s query.',
  'NIST.800.53.R5-DynamoDBInBackupPlan':
    'Point-in-time recovery (35 days) and deletion protection are on. A backup plan belongs to the account: select the table `LedgerTable` in it.',
  'NIST.800.53.R5-IAMNoInlinePolicy':
    'A policy inside its role can be attached to nothing else, which is the point of a role for each function.',
  'NIST.800.53.R5-LambdaConcurrency':
    'Reserved concurrency is taken from everybody else in the account, of which new accounts have 10. What costs or deletes is bounded elsewhere: the governor, the brake, `copyWorkers`, the API’s throttle.',
  'NIST.800.53.R5-LambdaDLQ':
    'Stages, sweep, audit and trail have an on-failure destination, which the rule does not count; api and webhook are answered synchronously; what runs from a queue has that queue’s dead letters.',
  'NIST.800.53.R5-LambdaInsideVPC':
    'There is nothing private to reach. A VPC would need a NAT gateway for Mux, $0.045 for each GB of every master. Egress is bounded by the source guard instead.',
  'NIST.800.53.R5-S3BucketLoggingEnabled':
    'Prop `serverAccessLogsBucket`. What Icehouse itself did to an object is in ledger and trail, by version; CloudTrail data events show others.',
  'NIST.800.53.R5-S3BucketReplicationEnabled':
    'A second copy in another region doubles the price of an archive, and an erasure must reach it too. S3 keeps three zones. Who needs it gives a bucket of their own, with its rule.',
  'NIST.800.53.R5-S3DefaultEncryptionKMS':
    'S3’s own keys by default: a key that is lost, or scheduled to be deleted, takes the archive with it. A key of yours is a choice (see KMS above).',
  'NIST.800.53.R5-SecretsManagerRotationEnabled':
    'Mux has no API to make tokens or webhook secrets; a person changes them, and functions see the new value within 5 minutes. The webhook secret may be two at once meanwhile. Our own signing secret may too.',
  'NIST.800.53.R5-SecretsManagerUsingKMSKey':
    'The AWS-managed key lets nobody in from outside of the account. A secret with a key of your own is given by the props `secret` and `webhooks.secret`.',
  'Serverless-LambdaDLQ': 'As NIST.800.53.R5-LambdaDLQ.',
  'Serverless-LambdaEventSourceMappingDestination':
    'On-failure destinations of event sources are for streams; these sources are queues, whose redrive policy keeps what failed.',
  'Serverless-LambdaTracing':
    'X-Ray would end at the first sleep of a month. A trace id of our own goes from the request to the deletion, on every line of the log.',
  'Serverless-SQSRedrivePolicy': 'These are the dead letters themselves, kept 14 days and watched by alarms.',
};
