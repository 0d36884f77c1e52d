// The stack's side of a connection, in AWS: its secret, and the Mux environment that its ledger is bound to.
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ENVIRONMENT_PIN } from '../../lambdas/adapters/ledger-item.ts';
import { regionOf } from '../credentials.ts';
import type { SecretFields, SecretStore } from './connect-ports.ts';
import { awsProblem, problem } from './connect-problems.ts';

/** Throws CommandErrors: NOT_FOUND, DENIED, NO_CREDENTIALS, NO_REGION, UNREACHABLE, REFUSED, SECRET_NOT_JSON. */
export function secretStore(client: SecretsManagerClient, secretId: string): SecretStore {
  return {
    async read() {
      const text = await orProblem(
        `secret ${secretId}`,
        'secretsmanager:GetSecretValue and secretsmanager:PutSecretValue on it (and kms:Decrypt, kms:GenerateDataKey where it has a key of its own)',
        () => textOf(client, secretId),
      );
      return fieldsOf(text, secretId);
    },

    async write(fields) {
      const command = new PutSecretValueCommand({
        SecretId: secretId,
        SecretString: JSON.stringify(fields),
      });
      await orProblem(`secret ${secretId}`, 'secretsmanager:PutSecretValue on it', () =>
        client.send(command),
      );
    },
  };
}

/** Undefined as long as no step had to know it. Throws CommandErrors as above. */
export async function pinnedEnvironment(
  client: DynamoDBClient,
  tableName: string,
): Promise<string | undefined> {
  const command = new GetItemCommand({
    TableName: tableName,
    Key: { pk: { S: ENVIRONMENT_PIN } },
    ConsistentRead: true,
  });
  const { Item } = await orProblem(`table ${tableName}`, 'dynamodb:GetItem on it', () =>
    client.send(command),
  );
  return Item?.environment_id?.S;
}

export interface StackPlace {
  readonly secretId: string;
  readonly webhookUrl: string;
}

/** An ARN and the host of an API Gateway say where the stack is, whatever AWS_REGION says. */
export function stackClients({ secretId, webhookUrl }: StackPlace) {
  const [, ofSecret] = /^arn:[^:]+:secretsmanager:([a-z0-9-]+):/.exec(secretId) ?? [];
  const region = ofSecret ?? (URL.canParse(webhookUrl) ? regionOf(new URL(webhookUrl)) : undefined);
  const options = region ? { region } : {};
  return { secrets: new SecretsManagerClient(options), ledger: new DynamoDBClient(options) };
}

/** Undefined for a secret that was made without a value. */
async function textOf(client: SecretsManagerClient, secretId: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString ?? '';
  } catch (error) {
    const isEmpty = error instanceof Error && /specified secret value/.test(error.message);
    if (isEmpty && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** What we cannot read is never replaced. */
function fieldsOf(text: string | undefined, secretId: string): SecretFields {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, without what it holds.
  }
  throw problem(
    'SECRET_NOT_JSON',
    `The secret ${secretId} holds something else than a JSON object, which is left alone.`,
    'Check that it is the MuxSecret of the stack. If so, put {} into it and run the same command again.',
  );
}

async function orProblem<T>(what: string, needed: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw awsProblem(error, what, needed);
  }
}
