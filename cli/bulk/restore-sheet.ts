// The columns of `icehouse restore --from`: which video, how fast, by when, who wants it and why.
import { InvalidArgumentError } from 'commander';
import type { Tier } from '../../lambdas/domain/record.ts';
import { TIERS } from '../../lambdas/domain/thaw.ts';
import { LONGEST_GRACE_MS } from '../../lambdas/domain/time.ts';
import { id } from '../arguments.ts';
import { atMost, dateBefore } from './import-sheet.ts';
import type { Sheet } from './rows.ts';

export interface RestoreOrder {
  readonly tier?: Tier;
  readonly need_by?: string;
  readonly user_id?: string;
  readonly reason?: string;
}

export function restoreSheet(nowMs: number): Sheet<RestoreOrder> {
  return {
    columns: {
      asset_id: id,
      tier,
      need_by: dateBefore(nowMs + LONGEST_GRACE_MS, nowMs),
      user: atMost(255),
      reason: atMost(1_000),
    },
    exclusive: ['tier', 'need_by'],
    order: (values) => {
      if (values.tier && values.need_by)
        throw new InvalidArgumentError('tier and need_by exclude each other.');
      return {
        tier: values.tier ? tier(values.tier) : undefined,
        need_by: values.need_by,
        user_id: values.user,
        reason: values.reason,
      };
    },
  };
}

function tier(text: string): Tier {
  const found = TIERS.find((each) => each.toLowerCase() === text.toLowerCase());
  if (!found) throw new InvalidArgumentError(`One of ${TIERS.join(', ')}.`);
  return found;
}
