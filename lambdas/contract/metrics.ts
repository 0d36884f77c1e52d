// What Icehouse counts in CloudWatch: the functions write these on their log lines, lib/watching.ts draws them and raises
// alarms from them. Each name costs by the hour in which it is written, so that what is seldom is written only when it is so.

export const NAMESPACE = 'Icehouse';

/** The dimension of every metric: which Icehouse of the account it is. */
export const INSTANCE = 'Instance';

interface Metric {
  readonly unit: 'Count' | 'Bytes' | 'Seconds' | 'None';
  /** A second dimension. Its value is the field of that name, in lower case, on the same log line. */
  readonly by?: 'Stage' | 'Lane' | 'Proof';
}

export const METRICS = {
  /** Records that a stage moved on. */
  Moves: { unit: 'Count', by: 'Stage' },
  /** Records that a stage has made `failed`. */
  Failed: { unit: 'Count', by: 'Stage' },
  /** Steps that ended in an error, also those that are tried again. */
  StepErrors: { unit: 'Count', by: 'Stage' },
  /** Of masters that were archived (proved), deleted from Mux, and brought back. */
  Bytes: { unit: 'Bytes', by: 'Stage' },
  /** What the restores that ended have cost, as their quotes said: US dollars. */
  RestoreUsd: { unit: 'None' },
  /** How long the record that is due longest has been due, at each sweep. */
  OldestDueSeconds: { unit: 'Seconds', by: 'Lane' },
  /** Steps at whose end less than four hours were left of a master's day, and bytes of it were missing. */
  MastersAtRisk: { unit: 'Count' },
  /** Archives that were refused as no proof, or no good copy. */
  VerificationFailed: { unit: 'Count' },
  /** Assets that are gone from Mux without an archive, and with one. */
  LostAtSource: { unit: 'Count' },
  DeletedElsewhere: { unit: 'Count' },
  /** Looks at which a hold on everything, or a limit, kept something from its deletion. */
  BrakeOn: { unit: 'Count' },
  /** Findings of severity `error` of an audit that ended. */
  AuditErrors: { unit: 'Count' },
  /** Assets that were allowed to be deleted from Mux, by the proof. */
  Deletions: { unit: 'Count', by: 'Proof' },
  /** Attempts at a deletion without a good proof, all refused. Written as 0 with each that had one. */
  DeletionsWithoutProof: { unit: 'Count' },
  /** Looks at which an Object Lock kept an erasure from its end, and those more than a day past its time. */
  ErasuresBlocked: { unit: 'Count' },
  ErasuresOverdue: { unit: 'Count' },
  /** Notices that were refused: not signed by Mux, or not lately. */
  WebhookRefusals: { unit: 'Count' },
  /** Steps that wait for somebody to mend the set-up: a grant, a name, a token. */
  SetUpErrors: { unit: 'Count' },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

/** What one log line counts. */
export type Measures = Readonly<Partial<Record<MetricName, number>>>;
