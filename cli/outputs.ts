// The stack's names, from the file that `cdk deploy --outputs-file` writes: outputs by stack (lib/app.ts has their names).
// Every command that needs one of them asks here, so that all of them mean the same stack.
import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from './problems.ts';

export const OUTPUTS_FILE = 'cdk-outputs.json';

/** Options of every command: where the file is, and which stack of it. */
export interface OutputOptions {
  readonly outputs: string;
  readonly stack?: string;
}

export interface DeployedStack {
  readonly name: string;
  /** The file it was found in. */
  readonly file: string;
  readonly outputs: Readonly<Partial<Record<string, string>>>;
}

/** Undefined where there is no such file, or none of ours in it. Throws as `readStack` does, apart from that. */
export function findStack(options: OutputOptions): DeployedStack | undefined {
  try {
    return readStack(options);
  } catch (error) {
    if (error instanceof CommandError && /^NO_/.test(error.code)) return undefined;
    throw error;
  }
}

/** `instead`: what else the command takes. Throws CommandError NO_OUTPUTS, BAD_OUTPUTS, NO_STACK or WHICH_STACK. */
export function readStack(options: OutputOptions, instead = 'name the API by --url'): DeployedStack {
  const { outputs: file } = options;
  try {
    return stackIn(readFileSync(file, 'utf8'), file, options.stack, instead);
  } catch (error) {
    if (error instanceof CommandError || !(error instanceof Error)) throw error;
    const isMissing = 'code' in error && error.code === 'ENOENT';
    const detail = `${file} cannot be read, so that the names of the stack are not known.`;
    const action = `\`npm run deploy\` writes it; --outputs says where it is. Or ${instead}.`;
    throw usage(isMissing ? 'NO_OUTPUTS' : 'BAD_OUTPUTS', detail, action, error);
  }
}

export function stackIn(
  text: string,
  file: string,
  stack: string | undefined,
  instead: string,
): DeployedStack {
  const all = Object.entries(objectOf(parseJson(text)) ?? {}).flatMap(([name, value]) => {
    const outputs = objectOf(value);
    return outputs ? [{ name, file, outputs: texts(outputs) }] : [];
  });
  if (all.length === 0) {
    const detail = `${file} holds no outputs of stacks.`;
    throw usage('BAD_OUTPUTS', detail, 'Deploy again with --outputs-file, which writes it anew.');
  }
  const ours = all.filter(
    ({ name, outputs }) => outputs.MuxSecret && outputs.WebhookUrl && (stack === undefined || name === stack),
  );
  const [only, ...more] = ours;
  if (!only) {
    const which = stack ? `stack ${stack}` : 'stack';
    const detail = `${file} has no ${which} with the outputs MuxSecret and WebhookUrl.`;
    throw usage('NO_STACK', detail, `Say the right --stack, or ${instead}.`);
  }
  if (more.length > 0) {
    const names = ours.map(({ name }) => name).join(', ');
    throw usage('WHICH_STACK', `${file} has several stacks: ${names}.`, 'Say which one with --stack.');
  }
  return only;
}

type Json = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function texts(outputs: Json): DeployedStack['outputs'] {
  const entries = Object.entries(outputs).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function usage(code: string, detail: string, action: string, cause?: unknown): CommandError {
  return new CommandError({ title: 'Which stack?', code, detail, action }, EXIT.usage, { cause });
}
