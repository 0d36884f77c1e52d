// Where a command works: which API, and which of the stack's things. What the command line says goes first (--stack and
// --outputs are of it), then the environment, then cdk-outputs.json, then this machine.
import type { Command } from 'commander';
import { type DeployedStack, findStack, OUTPUTS_FILE, type OutputOptions, readStack } from './outputs.ts';
import { CommandError, EXIT } from './problems.ts';

/** Where `npm start` has the API. */
export const THIS_MACHINE = 'http://127.0.0.1:8080';

export interface ApiPlace {
  readonly url: URL;
  /** Why this one, for whoever reads along. */
  readonly because: string;
  /** By an option or a variable that names the API itself. */
  readonly isNamed: boolean;
  readonly isFromFile: boolean;
}

interface PlaceOptions extends OutputOptions {
  readonly url?: URL;
}

/** Throws CommandError, as `readStack` does, and NO_API_URL. */
export function apiPlace(command: Command): ApiPlace {
  const options = command.optsWithGlobals<PlaceOptions>();
  const given = said(command, 'url', options.url);
  if (given) return { url: given.value, because: given.because, isNamed: true, isFromFile: false };
  const stack = stackOf(command);
  if (!stack) {
    const because = `this machine: no --url, no ICEHOUSE_URL, no ${OUTPUTS_FILE} here`;
    return { url: new URL(THIS_MACHINE), because, isNamed: false, isFromFile: false };
  }
  return { url: urlOf(stack), because: sourceOf(stack), isNamed: false, isFromFile: true };
}

/** `API: https://… (stack Icehouse in cdk-outputs.json)`. */
export function apiLine({ url, because }: ApiPlace): string {
  return `API: ${urlText(url)} (${because})`;
}

export function urlText({ href }: URL): string {
  return href.replace(/\/$/, '');
}

/** Where something was found that nobody named, for a line on stderr. */
export function sourceOf({ name, file }: DeployedStack): string {
  return `stack ${name} in ${file}`;
}

/**
 * The stack whose queues and bucket a command may take. Undefined where the API is named and is another than the stack's,
 * so that no command mixes two of them; --stack says that it is the stack all the same, as behind a domain of its own.
 */
export function stackBeside(command: Command): DeployedStack | undefined {
  const { url } = command.optsWithGlobals<PlaceOptions>();
  const stack = stackOf(command);
  if (!stack || !url || isAskedFor(command)) return stack;
  return urlText(url) === urlText(urlOf(stack)) ? stack : undefined;
}

/** Undefined where nobody said it, or only the environment and --stack says otherwise. */
export function said<T>(
  command: Command,
  option: string,
  value: T | undefined,
): { readonly value: T; readonly because: string } | undefined {
  const isOfEnvironment = command.getOptionValueSourceWithGlobals(option) === 'env';
  if (value === undefined || (isOfEnvironment && isAskedFor(command))) return undefined;
  const { envVar = '' } = optionNamed(command, option) ?? {};
  return { value, because: isOfEnvironment ? envVar : `--${option}` };
}

/** Whoever asks for a stack is told where there is none. */
function stackOf(command: Command): DeployedStack | undefined {
  const options = command.optsWithGlobals<PlaceOptions>();
  return isAskedFor(command) ? readStack(options) : findStack(options);
}

function isAskedFor(command: Command): boolean {
  return ['outputs', 'stack'].some((name) => command.getOptionValueSourceWithGlobals(name) === 'cli');
}

function optionNamed(command: Command, name: string): { readonly envVar?: string } | undefined {
  const found = command.options.find((option) => option.attributeName() === name);
  return found ?? (command.parent ? optionNamed(command.parent, name) : undefined);
}

function urlOf(stack: DeployedStack): URL {
  const { ApiUrl = '' } = stack.outputs;
  if (URL.canParse(ApiUrl)) return new URL(ApiUrl);
  const detail = `The ${sourceOf(stack)} has no output ApiUrl.`;
  const problem = { title: 'Which API?', code: 'NO_API_URL', detail, action: 'Say --url.' };
  throw new CommandError(problem, EXIT.usage);
}
