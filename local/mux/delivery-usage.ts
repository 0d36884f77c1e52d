// Who watched what, as a test or a demo says it: hourly sums, by timeframe and pages (SDK 15.3, delivery-usage.d.ts).
import type Mux from '@mux/mux-node';
import { type Answer, badRequest, json } from './answers.ts';
import type { Environment } from './model.ts';
import type { World } from './world.ts';

type DeliveryReport = Mux.Video.DeliveryReport;

/** Seconds delivered of one asset; what else a report says is taken from the asset unless given, as for a deleted one. */
export interface Delivery extends Partial<DeliveryReport> {
  readonly asset_id: string;
  readonly delivered_seconds: number;
  /** Unix seconds. Absent: within every timeframe. */
  readonly at?: number;
}

const HOUR_SECONDS = 3_600;

/** The most watched first; an asset that nobody watched within the timeframe is not in it. */
export function listDeliveryUsage(world: World, environment: Environment, query: URLSearchParams): Answer {
  const timeframe = timeframeOf(query);
  const [limit, page] = [numberOf(query, 'limit', 100), numberOf(query, 'page', 1)];
  const reports = reportsOf(world, environment, timeframe, query.get('asset_id'));
  const data = reports.slice((page - 1) * limit, page * limit);
  return json(200, { data, timeframe, page, limit, total_row_count: reports.length });
}

function reportsOf(
  world: World,
  environment: Environment,
  [from, to]: readonly [number, number],
  assetId: string | null,
): DeliveryReport[] {
  const sums = new Map<string, DeliveryReport>();
  for (const delivery of world.deliveries) {
    const { at = from, asset_id } = delivery;
    const stored = world.store.state.assets[asset_id];
    const owner = stored?.environmentId ?? world.store.state.deleted[asset_id] ?? environment.id;
    const isAsked = at >= from && at < to && (!assetId || assetId === asset_id) && owner === environment.id;
    if (isAsked) sums.set(asset_id, sum(sums.get(asset_id), reportOf(world, delivery)));
  }
  return [...sums.values()]
    .filter(({ delivered_seconds }) => delivered_seconds > 0)
    .sort((one, other) => other.delivered_seconds - one.delivered_seconds);
}

function reportOf(world: World, { at: _, ...given }: Delivery): DeliveryReport {
  const asset = world.store.state.assets[given.asset_id]?.asset;
  const tier = given.asset_resolution_tier ?? asset?.resolution_tier ?? '720p';
  return {
    asset_state: asset === undefined ? 'deleted' : asset.status === 'errored' ? 'errored' : 'ready',
    asset_duration: asset?.duration ?? 0,
    asset_resolution_tier: tier,
    asset_encoding_tier: asset?.encoding_tier ?? 'smart',
    asset_video_quality: asset?.video_quality ?? 'plus',
    created_at: asset?.created_at ?? '0',
    ...(asset?.passthrough && { passthrough: asset.passthrough }),
    delivered_seconds_by_resolution: { [`tier_${tier.replace('-', '_')}`]: given.delivered_seconds },
    ...given,
  };
}

function sum(one: DeliveryReport | undefined, other: DeliveryReport): DeliveryReport {
  if (!one) return other;
  const tiers: Record<string, number> = { ...one.delivered_seconds_by_resolution };
  for (const [tier, seconds] of Object.entries(other.delivered_seconds_by_resolution))
    tiers[tier] = (tiers[tier] ?? 0) + seconds;
  const delivered_seconds = one.delivered_seconds + other.delivered_seconds;
  return { ...other, delivered_seconds, delivered_seconds_by_resolution: tiers };
}

/** Without one: the hour from the 13th to the 12th before now (spec, delivery_usage_timeframe). */
function timeframeOf(query: URLSearchParams): [number, number] {
  const given = query.getAll('timeframe[]').map(Number);
  const hourNow = Math.floor(Date.now() / 1000 / HOUR_SECONDS) * HOUR_SECONDS;
  const [from = hourNow - 13 * HOUR_SECONDS, to = from + HOUR_SECONDS] = given;
  if (!(from < to)) throw badRequest('timeframe must be two times, the earlier one first');
  return [from, to];
}

function numberOf(query: URLSearchParams, name: string, fallback: number): number {
  const value = Number(query.get(name) ?? fallback);
  if (!Number.isInteger(value) || value < 1) throw badRequest(`${name} must be 1 or more`);
  return value;
}
