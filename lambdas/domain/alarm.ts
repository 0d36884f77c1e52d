// What an alarm says to people. Pure.
import { isDeleteOnly } from './modes.ts';
import type { AlarmCode, AssetRecord, HistoryEntry } from './record.ts';

export interface Alarm {
  readonly code: AlarmCode;
  readonly message: string;
  /** What a person should do now. */
  readonly action: string;
}

/** Undefined for a transition that nobody need look at. */
export function alarmOf({ alarm: code, to }: HistoryEntry, record: AssetRecord): Alarm | undefined {
  if (!code) return undefined;
  if (code === 'DELETED_ELSEWHERE') return { code, ...deletedElsewhere(record) };
  const { failure } = record;
  if (to !== 'failed' || failure?.code !== code) return { code, ...beingSaved(record) };
  return { code, message: failure.message, action: failure.action };
}

function deletedElsewhere(record: AssetRecord) {
  const { asset_id, hold } = record;
  if (isDeleteOnly(record))
    return {
      message: `Asset ${asset_id} is gone from Mux although ${hold?.user_id ?? 'somebody'} held it; Icehouse has not deleted it, and no copy was wanted.`,
      action:
        'Find out who deletes in Mux besides Icehouse, and ask Mux support whether they still have the asset.',
    };
  return {
    message: `Asset ${asset_id} is gone from Mux, and Icehouse has not deleted it; its archive is in the vault.`,
    action: 'Find out who deletes in Mux besides Icehouse. A restore brings the video back.',
  };
}

function beingSaved({ asset_id }: AssetRecord) {
  return {
    message: `Asset ${asset_id} is gone from Mux, and it was not archived yet; what is still open of its master is being saved.`,
    action:
      'Find out who deletes in Mux besides Icehouse, and ask Mux support whether they still have the asset. The record says how the copy ends.',
  };
}
