// What starts without being asked: the sweep of every minute, the expiry schedule, the audit of every night, and S3's
// word that a thaw is done.
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AuditMessage, ExpirySchedule, SweepMessage } from '../lambdas/contract/names.ts';

export interface SchedulesProps {
  readonly sweep: IFunction;
  readonly audit: IFunction;
  readonly restore: IFunction;
  readonly bucket: IBucket;
  /** Gets what could not be delivered. */
  readonly failures: IQueue;
  readonly expirySchedule?: ExpirySchedule;
}

/** UTC. The domain's `nextTick` says the same instants to people. */
const EXPIRY_CRONS: Readonly<Record<ExpirySchedule, ScheduleExpression>> = {
  hourly: ScheduleExpression.cron({ minute: '0' }),
  daily: ScheduleExpression.cron({ minute: '0', hour: '0' }),
  weekly: ScheduleExpression.cron({ minute: '0', hour: '0', weekDay: 'MON' }),
  monthly: ScheduleExpression.cron({ minute: '0', hour: '0', day: '1' }),
  quarterly: ScheduleExpression.cron({ minute: '0', hour: '0', day: '1', month: '1/3' }),
};

/** UTC: night in Europe, evening in America. */
const NIGHTLY = ScheduleExpression.cron({ minute: '0', hour: '3' });

export class Schedules extends Construct {
  readonly #props: SchedulesProps;
  readonly #role: IRole;

  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    this.#props = props;
    this.#role = this.#newRole();
    this.#addSweep('step', ScheduleExpression.rate(Duration.minutes(1)));
    this.#addSweep('expire', EXPIRY_CRONS[props.expirySchedule ?? 'hourly']);
    this.#addAudit();
    this.#addThawRule();
  }

  /** The library's own LambdaInvoke target also grants every version and alias of the function, by a wildcard. */
  #newRole(): Role {
    const { sweep, audit, failures } = this.#props;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [sweep.functionArn, audit.functionArn],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }));
    return role;
  }

  #addSweep(lane: SweepMessage['lane'], schedule: ScheduleExpression): void {
    const message: SweepMessage = { lane };
    this.#addSchedule(lane, schedule, this.#props.sweep, message);
  }

  /** Only begins it: the sweep goes on with an audit that one run did not finish. */
  #addAudit(): void {
    const message: AuditMessage = {};
    this.#addSchedule('audit', NIGHTLY, this.#props.audit, message);
  }

  #addSchedule(id: string, schedule: ScheduleExpression, handler: IFunction, message: object): void {
    const target = {
      arn: handler.functionArn,
      role: this.#role,
      input: ScheduleTargetInput.fromObject(message),
      deadLetterConfig: { arn: this.#props.failures.queueArn },
    };
    new Schedule(this, id, { schedule, target: { bind: () => target } });
  }

  /** Sooner than the sweep, which looks by itself: losing this event costs time only. */
  #addThawRule(): void {
    const { bucket, restore, failures } = this.#props;
    new Rule(this, 'ThawCompleted', {
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Restore Completed'],
        detail: { bucket: { name: [bucket.bucketName] } },
      },
      targets: [new FunctionTarget(restore, { deadLetterQueue: failures })],
    });
  }
}
