// The columns of `icehouse import`: what a request to delete an asset is made of.
import { InvalidArgumentError } from 'commander';
import { LOSS_CODES } from '../../lambdas/domain/loss-policy.ts';
import { LONGEST_GRACE_MS, parseExpirationDate } from '../../lambdas/domain/time.ts';
import type { DeleteRequest } from '../api.ts';
import { days, id } from '../arguments.ts';
import type { Sheet } from './rows.ts';

export function importSheet(nowMs: number): Sheet<DeleteRequest> {
  return {
    columns: {
      asset_id: id,
      deleted_by_user_id: atMost(255),
      expiration_date: dateBefore(nowMs + LONGEST_GRACE_MS),
      grace_days: graceDays,
      reason: atMost(1_000),
      group_id: atMost(255),
      playback: keepOrRevoke,
      accept_loss: lossCodes,
    },
    exclusive: ['expiration_date', 'grace_days'],
    order: (values) => {
      const { asset_id = '', deleted_by_user_id, expiration_date, grace_days } = values;
      if (!deleted_by_user_id)
        throw new InvalidArgumentError('Who asks for it? The column deleted_by_user_id, or --user.');
      if (expiration_date && grace_days)
        throw new InvalidArgumentError('expiration_date and grace_days exclude each other.');
      return {
        asset_id,
        deleted_by_user_id,
        expiration_date,
        grace_days: grace_days === undefined ? undefined : days(grace_days),
        reason: values.reason,
        group_id: values.group_id,
        ...(values.playback && { playback: keepOrRevoke(values.playback) }),
        ...(values.accept_loss && { accept_loss: lossCodes(values.accept_loss) }),
      };
    },
  };
}

export function atMost(length: number): (text: string) => string {
  return (text) => {
    if (text.length > length) throw new InvalidArgumentError(`At most ${length} letters.`);
    return text;
  };
}

export function dateBefore(
  latestMs: number,
  earliestMs = Number.NEGATIVE_INFINITY,
): (text: string) => string {
  return (text) => {
    const ms = parseExpirationDate(text);
    if (ms === undefined)
      throw new InvalidArgumentError(`"${text}" is neither YYYY-MM-DD nor ISO with an offset.`);
    if (ms > latestMs) throw new InvalidArgumentError(`${text} is more than 10 years away.`);
    if (ms <= earliestMs) throw new InvalidArgumentError(`${text} is in the past.`);
    return text;
  };
}

/** As the API: ten years at most. */
const MOST_GRACE_DAYS = 3_652;

function graceDays(text: string): number {
  const grace = days(text);
  if (grace > MOST_GRACE_DAYS) throw new InvalidArgumentError(`At most ${MOST_GRACE_DAYS} days.`);
  return grace;
}

function keepOrRevoke(text: string): 'keep' | 'revoke' {
  if (text === 'keep' || text === 'revoke') return text;
  throw new InvalidArgumentError(`"${text}" is neither keep nor revoke.`);
}

/** Codes of losses, separated by spaces, commas or bars; `*` or `true` is every one. */
function lossCodes(text: string): true | readonly string[] {
  if (/^(\*|true)$/i.test(text)) return true;
  const codes = text.split(/[\s,|]+/).filter(Boolean);
  const wrong = codes.find((code) => !(LOSS_CODES as readonly string[]).includes(code));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`"${wrong}" is no code of a loss: true, or of ${LOSS_CODES.join(', ')}.`);
  return codes;
}
