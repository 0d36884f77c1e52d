// The props that every function reads as environment variables. The names of resources are not here: each is
// set by the method that grants its use.
import { Duration, Size } from 'aws-cdk-lib/core';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { muxPriceOverrides } from '../lambdas/contract/mux-prices.ts';
import type { IcehouseProps } from './icehouse-props.ts';

/** Throws an Error for a number that no function could work with: better at synth than in all of them. */
export function settings(props: IcehouseProps): Record<string, string> {
  return { ...muxSettings(props), ...policySettings(props), ...clockSettings(props) };
}

function muxSettings(props: IcehouseProps): Record<string, string> {
  const rates = props.muxRates ?? { post: 0.5, other: 2.5 };
  const sources = props.sources ?? { hosts: ['*.mux.com'], loopback: false };
  return {
    [ENVIRONMENT.muxBaseUrl]: props.muxBaseUrl ?? 'https://api.mux.com',
    [ENVIRONMENT.muxStreamBaseUrl]: props.muxStreamBaseUrl ?? 'https://stream.mux.com',
    [ENVIRONMENT.muxImageBaseUrl]: props.muxImageBaseUrl ?? 'https://image.mux.com',
    [ENVIRONMENT.muxPostRate]: String(rates.post),
    [ENVIRONMENT.muxOtherRate]: String(rates.other),
    [ENVIRONMENT.sourceHosts]: sources.hosts.join(','),
    [ENVIRONMENT.sourceLoopback]: String(sources.loopback),
  };
}

function policySettings(props: IcehouseProps): Record<string, string> {
  const { perHour = 200, perDay = 2_000, perUserDay = 500 } = props.deletionLimits ?? {};
  return {
    [ENVIRONMENT.deletions]: props.deletions ?? 'dry-run',
    [ENVIRONMENT.storageClass]: props.storageClass ?? 'DEEP_ARCHIVE',
    [ENVIRONMENT.expirySchedule]: props.expirySchedule ?? 'hourly',
    [ENVIRONMENT.deletionsPerHour]: whole('deletionLimits.perHour', perHour, 0),
    [ENVIRONMENT.deletionsPerDay]: whole('deletionLimits.perDay', perDay, 0),
    [ENVIRONMENT.deletionsPerUserDay]: whole('deletionLimits.perUserDay', perUserDay, 0),
    [ENVIRONMENT.openMasters]: whole('openMasters', props.openMasters ?? 1_000, 1),
    [ENVIRONMENT.graceDays]: String(props.graceDays ?? 30),
    [ENVIRONMENT.onLoss]: props.onLoss ?? 'warn',
    [ENVIRONMENT.onStillWatched]: props.onStillWatched ?? 'ignore',
    [ENVIRONMENT.standardWorthUsd]: dollars('standardWorthUsd', props.standardWorthUsd ?? 10),
    ...(props.muxPrices && {
      [ENVIRONMENT.muxPrices]: JSON.stringify(muxPriceOverrides(props.muxPrices)),
    }),
    [ENVIRONMENT.segmentBytes]: String((props.copySegment ?? Size.gibibytes(4)).toBytes()),
    [ENVIRONMENT.thawDays]: String(props.thawDays ?? 7),
  };
}

function clockSettings(props: IcehouseProps): Record<string, string> {
  const seconds = (given: Duration | undefined, otherwise: Duration) =>
    String((given ?? otherwise).toSeconds());
  return {
    [ENVIRONMENT.minNoticeSeconds]: seconds(props.minNotice, Duration.hours(1)),
    [ENVIRONMENT.upcomingNoticeSeconds]: seconds(props.noticeBefore, Duration.hours(72)),
    ...retentionSettings(props),
    ...lockSettings(props),
    [ENVIRONMENT.erasureDelaySeconds]: seconds(props.erasureDelay, Duration.hours(72)),
    [ENVIRONMENT.settleSeconds]: seconds(props.settle, Duration.seconds(15)),
    [ENVIRONMENT.leaseSeconds]: seconds(props.lease, Duration.seconds(90)),
    [ENVIRONMENT.pollSeconds]: seconds(props.poll, Duration.seconds(30)),
    [ENVIRONMENT.createDoubtSeconds]: seconds(props.createDoubt, Duration.seconds(120)),
    [ENVIRONMENT.masterWaitSeconds]: seconds(props.masterWait, Duration.hours(12)),
  };
}

function retentionSettings({
  retention,
  minRetention = Duration.days(7),
}: IcehouseProps): Record<string, string> {
  const [least, lasts] = [minRetention.toSeconds(), retention?.toSeconds()];
  if (lasts !== undefined && lasts < least)
    throw new Error(
      `Props retention and minRetention: no archive may end sooner than minRetention. Expected a retention of at least ${least} seconds, got ${lasts}.`,
    );
  return {
    [ENVIRONMENT.minRetentionSeconds]: String(least),
    ...(lasts !== undefined && { [ENVIRONMENT.retentionSeconds]: String(lasts) }),
  };
}

/** An archive that is to end before its lock does would only wait, and go on costing. */
function lockSettings({ objectLock, retention }: IcehouseProps): Record<string, string> {
  if (!objectLock) return {};
  const lockSeconds = objectLock.for.toSeconds();
  if (lockSeconds < 1 || lockSeconds > 1e9)
    throw new Error(`Prop objectLock.for: expected 1 to 1000000000 seconds, got ${lockSeconds}.`);
  if (retention && retention.toSeconds() < lockSeconds)
    throw new Error(
      `Props retention and objectLock.for: an archive cannot end before its lock does. Expected a retention of at least ${lockSeconds} seconds, got ${retention.toSeconds()}.`,
    );
  return {
    [ENVIRONMENT.objectLockMode]: objectLock.mode,
    [ENVIRONMENT.objectLockSeconds]: String(lockSeconds),
  };
}

/** As the functions read it, which is without an exponent. */
function dollars(prop: string, value: number): string {
  if (/^\d+(\.\d+)?$/.test(String(value)) && value <= 1e9) return String(value);
  throw new Error(`Prop ${prop}: expected US dollars from 0 to 1000000000, got ${value}.`);
}

/** As the functions read it. */
function whole(prop: string, value: number, least: number): string {
  if (Number.isInteger(value) && value >= least && value <= 1e9) return String(value);
  throw new Error(`Prop ${prop}: expected a whole number from ${least} to 1000000000, got ${value}.`);
}
