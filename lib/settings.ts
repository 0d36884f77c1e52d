// The props that every function reads as environment variables. The names of resources are not here: each is
// set by the method that grants its use.
import { Duration, Size } from 'aws-cdk-lib/core';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import type { IcehouseProps } from './icehouse-props.ts';

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
  return {
    [ENVIRONMENT.deletions]: props.deletions ?? 'dry-run',
    [ENVIRONMENT.storageClass]: props.storageClass ?? 'DEEP_ARCHIVE',
    [ENVIRONMENT.expirySchedule]: props.expirySchedule ?? 'hourly',
    [ENVIRONMENT.deletionsPerHour]: String(props.deletionLimits?.perHour ?? 200),
    [ENVIRONMENT.deletionsPerDay]: String(props.deletionLimits?.perDay ?? 2_000),
    [ENVIRONMENT.deletionsPerUserDay]: String(props.deletionLimits?.perUserDay ?? 500),
    [ENVIRONMENT.openMasters]: String(props.openMasters ?? 1_000),
    [ENVIRONMENT.graceDays]: String(props.graceDays ?? 30),
    [ENVIRONMENT.segmentBytes]: String((props.copySegment ?? Size.gibibytes(4)).toBytes()),
    [ENVIRONMENT.thawDays]: String(props.thawDays ?? 7),
  };
}

function clockSettings(props: IcehouseProps): Record<string, string> {
  const seconds = (given: Duration | undefined, otherwise: Duration) =>
    String((given ?? otherwise).toSeconds());
  return {
    [ENVIRONMENT.minNoticeSeconds]: seconds(props.minNotice, Duration.hours(1)),
    [ENVIRONMENT.settleSeconds]: seconds(props.settle, Duration.seconds(15)),
    [ENVIRONMENT.leaseSeconds]: seconds(props.lease, Duration.seconds(90)),
    [ENVIRONMENT.pollSeconds]: seconds(props.poll, Duration.seconds(30)),
    [ENVIRONMENT.createDoubtSeconds]: seconds(props.createDoubt, Duration.seconds(120)),
    [ENVIRONMENT.masterWaitSeconds]: seconds(props.masterWait, Duration.hours(12)),
  };
}
