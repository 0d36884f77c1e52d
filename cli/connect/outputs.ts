// The stack's names, from the file that `cdk deploy --outputs-file` writes: outputs by stack (lib/app.ts has their names).
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { EXIT } from '../problems.ts';
import { problem } from './connect-problems.ts';

export interface StackOutputs {
  readonly secretId: string;
  /** The one that has the signing secret, where that is another. */
  readonly webhookSecretId: string | undefined;
  readonly webhookUrl: string;
  readonly table: string | undefined;
}

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

/** Throws CommandError NO_OUTPUTS, BAD_OUTPUTS, NO_STACK or WHICH_STACK. */
export async function readOutputs(path: string, stack: string | undefined): Promise<StackOutputs> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usage(
      'NO_OUTPUTS',
      `${path} cannot be read: what the stack's secret and webhook URL are is not known.`,
      '`npm run deploy` writes it. Or say --secret and --webhook-url: outputs MuxSecret and WebhookUrl of the stack.',
      error,
    );
  });
  return stackOutputs(text, path, stack);
}

export function stackOutputs(text: string, path: string, stack: string | undefined): StackOutputs {
  const parsed = Outputs.safeParse(parseJson(text));
  if (!parsed.success) {
    const detail = `${path} holds no outputs of stacks.`;
    throw usage('BAD_OUTPUTS', detail, 'Deploy again with --outputs-file, which writes it anew.');
  }
  const stacks = Object.entries(parsed.data).filter(
    ([name, outputs]) => outputs.MuxSecret && outputs.WebhookUrl && (stack === undefined || name === stack),
  );
  const [only, ...more] = stacks;
  if (!only) {
    const which = stack ? `stack ${stack}` : 'stack';
    const detail = `${path} has no ${which} with the outputs MuxSecret and WebhookUrl.`;
    throw usage('NO_STACK', detail, 'Say --secret and --webhook-url, or the right --stack.');
  }
  if (more.length > 0) {
    const names = stacks.map(([name]) => name).join(', ');
    throw usage('WHICH_STACK', `${path} has several stacks: ${names}.`, 'Say which one with --stack.');
  }
  const { MuxSecret = '', WebhookSecret, WebhookUrl = '', LedgerTable } = only[1];
  const secrets = { secretId: MuxSecret, webhookSecretId: WebhookSecret };
  return { ...secrets, webhookUrl: WebhookUrl, table: LedgerTable };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function usage(code: string, detail: string, action: string, cause?: unknown) {
  return problem(code, detail, action, EXIT.usage, cause);
}
