// What can go wrong between `icehouse advise` and Mux, for somebody at a terminal.
import { IcehouseError, PermanentError, SetUpError } from '../../lambdas/domain/failures.ts';
import { isLoopback } from '../credentials.ts';
import { CommandError, EXIT } from '../problems.ts';
import type { MuxAccess } from './mux-library.ts';

const TITLE = 'No advice';
const TOKEN_ACTION =
  'Set MUX_TOKEN_ID and MUX_TOKEN_SECRET to an access token with Mux Video read permission.';

/** The variables MUX_TOKEN_ID, MUX_TOKEN_SECRET and MUX_BASE_URL. */
export interface MuxVariables {
  readonly tokenId: string | undefined;
  readonly tokenSecret: string | undefined;
  readonly baseUrl: string | undefined;
}

/** Throws CommandError NO_MUX_TOKEN or BAD_MUX_BASE_URL. */
export function accessFrom(
  { tokenId, tokenSecret, baseUrl }: MuxVariables,
  title = TITLE,
  tokenAction = TOKEN_ACTION,
): MuxAccess {
  if (!tokenId || !tokenSecret) {
    const missing = [...(tokenId ? [] : ['MUX_TOKEN_ID']), ...(tokenSecret ? [] : ['MUX_TOKEN_SECRET'])];
    const detail = `This command speaks to Mux itself; not set: ${missing.join(' and ')}.`;
    throw new CommandError({ title, code: 'NO_MUX_TOKEN', detail, action: tokenAction }, EXIT.usage);
  }
  const url = URL.canParse(baseUrl || 'https://api.mux.com')
    ? new URL(baseUrl || 'https://api.mux.com')
    : undefined;
  // The token goes along with every call.
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)))) {
    const detail = 'MUX_BASE_URL is no https URL (plain http only to this machine).';
    const action = 'Correct it, or unset it for api.mux.com.';
    throw new CommandError({ title, code: 'BAD_MUX_BASE_URL', detail, action }, EXIT.usage);
  }
  return { tokenId, tokenSecret, baseUrl: url.href.replace(/\/+$/, '') };
}

/** What is none of ours is thrown on as it is. */
export function adviseProblem(error: unknown): unknown {
  if (error instanceof CommandError || !(error instanceof IcehouseError)) return error;
  if (error instanceof SetUpError)
    return problem(error.code, error.message, TOKEN_ACTION, EXIT.refused, error);
  if (error instanceof PermanentError)
    return problem(
      error.code,
      error.message,
      'Read what Mux says, correct the call and try again.',
      EXIT.refused,
      error,
    );
  return problem(
    error.code,
    error.message,
    'Try again in a minute: nothing was changed.',
    EXIT.unreachable,
    error,
  );
}

function problem(
  code: string,
  detail: string,
  action: string,
  exitCode: CommandError['exitCode'],
  cause?: unknown,
): CommandError {
  return new CommandError({ title: TITLE, code, detail, action }, exitCode, { cause });
}
