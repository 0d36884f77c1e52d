// Who watches: the alarms and the dashboard. Nothing that runs needs them, so that a stack without them is as safe and costs less.
import { Alarm, ComparisonOperator, type Dashboard, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmPlan, alarmPlans } from './alarms.ts';
import { type DashboardProps, newDashboard } from './dashboard.ts';

export interface WatchingProps extends Omit<DashboardProps, 'alarms'> {
  readonly alarmTopic?: ITopic;
}

export class Watching extends Construct {
  readonly alarms: readonly Alarm[];
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: WatchingProps) {
    super(scope, id);
    this.alarms = alarmPlans(props).map((plan) => this.#newAlarm(plan, props.alarmTopic));
    this.dashboard = newDashboard(this, { ...props, alarms: this.alarms });
  }

  #newAlarm(plan: AlarmPlan, topic: ITopic | undefined): Alarm {
    const alarm = new Alarm(this, plan.name, {
      alarmDescription: `${plan.meaning} What to do: docs/runbook.md, section ${plan.name}.`,
      metric: plan.metric,
      threshold: plan.from,
      evaluationPeriods: plan.periods ?? 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: plan.silence ?? TreatMissingData.NOT_BREACHING,
    });
    if (topic) alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicArn }) });
    return alarm;
  }
}
