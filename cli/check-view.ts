// A check for people: the verdict, the request there is already, what Mux has, what is lost, and the prices.
import type { Check, CheckVerdict } from '../client/icehouse.ts';
import { bytes, clockTime, counted, minute, plain } from './format.ts';
import { type Fact, factTable } from './render.ts';
import type { Screen, Style } from './screen.ts';
import { grid } from './table.ts';

const VERDICTS: Readonly<Record<CheckVerdict, readonly [Style, string]>> = {
  archive: ['green', 'can be archived'],
  wait: ['yellow', 'has to wait'],
  hold: ['red', 'would be stopped'],
  refuse: ['red', 'cannot be archived'],
  gone: ['red', 'is not on Mux'],
};

export function checkView(check: Check, screen: Screen): string {
  const { paint, columns } = screen;
  const [style, verdict] = VERDICTS[check.verdict] ?? ['yellow', plain(check.verdict)];
  const rows = [...tracked(check), ...atMux(check), ...losses(check), ...prices(check)];
  const words = [check.reason, check.action].flatMap((text) => (text ? [plain(text)] : []));
  return [
    `${paint('bold', check.asset_id)}  ${paint(style, verdict)}`,
    grid([[words.join(' ')]], { widths: [columns] }).text,
    factTable(rows, screen),
    paint('dim', 'Nothing was changed.'),
  ].join('\n\n');
}

function tracked({ tracked: request, restored_from, default_expiration_date }: Check): Fact[] {
  const origin: Fact[] = restored_from ? [['made from', plain(restored_from)]] : [];
  if (!request)
    return [['request', 'none yet'], ['date', `without one: ${minute(default_expiration_date)}`], ...origin];
  return [['request', `${request.status}: ${plain(request.summary)}`], ...origin];
}

function atMux({ at_mux: asset }: Check): Fact[] {
  if (!asset) return [];
  const { title, duration, resolution_tier, video_quality, playback_ids, text_tracks, audio_tracks } = asset;
  const length = duration === undefined ? 'length not known' : clockTime(duration);
  const kind = [length, resolution_tier, video_quality].filter(Boolean).join(', ');
  const parts = [
    counted(playback_ids.length, 'playback id'),
    `${audio_tracks} audio and ${counted(text_tracks, 'text track')}`,
    counted(asset.static_renditions, 'static rendition'),
  ];
  return [
    ...(title ? [['title', plain(title)] satisfies Fact] : []),
    ['on Mux', `${asset.status}, ${plain(kind)}`],
    ['', parts.join(', ')],
  ];
}

function losses({ losses: all }: Check): Fact[] {
  return all.map(
    ({ weight, attribute, detail }, at): Fact => [
      at === 0 ? 'loses' : '',
      `${plain(weight)}: ${plain(attribute)}: ${plain(detail)}`,
    ],
  );
}

function prices({ size, prices: usd }: Check): Fact[] {
  if (!size || !usd) return [];
  const about = size.is_estimate ? 'about ' : '';
  const tiers = usd.restore_tiers.map(({ tier, within_seconds }) => `${tier} ${within(within_seconds)}`);
  return [
    ['size', `${about}${bytes(size.bytes)}, ${usd.storage_class}`],
    ['archiving', `${dollars(usd.archiving_usd)} once`],
    ['keeping', `${dollars(usd.vault_usd_per_month)} a month, for ${usd.vault_minimum_days} days at least`],
    [
      'on Mux',
      `${dollars(usd.mux_usd_per_month)} a month; unwatched for 90 days ${dollars(usd.mux_cold_usd_per_month)}`,
    ],
    ['restoring', `${dollars(usd.restoring_usd)} by the cheapest tier; ${tiers.join(', ')}`],
    ['prices', `as of ${plain(usd.prices_as_of)}, in US dollars`],
  ];
}

function within(seconds: number): string {
  if (seconds === 0) return 'at once';
  return seconds < 3_600
    ? `within ${Math.round(seconds / 60)} min`
    : `within ${Math.round(seconds / 3_600)} h`;
}

/** Small sums matter here: a month of one video is a fraction of a cent. */
function dollars(usd: number): string {
  return usd > 0 && usd < 0.00005 ? 'less than $0.0001' : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
