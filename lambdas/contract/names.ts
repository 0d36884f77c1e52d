// The words that the stack and the functions share: stages, purposes, lanes, table and index names.
// A leaf: it imports nothing, so that lib/ can read it without reading the code that runs.

/** The floors of the house. Each is a function, a handler file, a metric dimension and a runbook section. */
export const STAGES = ['master', 'archive', 'expire', 'restore', 'cancel', 'purge'] as const;
export type Stage = (typeof STAGES)[number];

/** Every bundled function: `lambdas/handlers/<name>.ts` exports `handler`. */
export const FUNCTIONS = ['api', 'webhook', 'sweep', 'copy', 'audit', 'trail', ...STAGES] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Bundled like the others, but in a stack only where its props ask for it. */
export const OPTIONAL_FUNCTIONS = ['tell', 'authorize'] as const;
export type BundledName = FunctionName | (typeof OPTIONAL_FUNCTIONS)[number];

/** What a message to a stage function carries. `version` is the claim: a record that moved on since drops the message. */
export interface StageMessage {
  readonly asset_id: string;
  readonly life: number;
  readonly version: number;
}

/** One segment of a large master on the copy queue: help to the archive stage, never needed. */
export interface SegmentMessage {
  readonly asset_id: string;
  readonly life: number;
  readonly upload_id: string;
  /** Both inclusive. */
  readonly first_part: number;
  readonly last_part: number;
}

/**
 * Lanes of the wake index. `step`: work under way, swept every minute. `admit`: requests that wait in line for a master,
 * of which each minute's sweep takes as many as there is room for. `expire`: what waits for its date or its archive's end.
 */
export const LANES = ['step', 'admit', 'expire'] as const;
export type Lane = (typeof LANES)[number];

/** What the sweep's two schedules send: every minute `step`, which serves `admit` too, and the expiry schedule `expire`. */
export const SWEEPS = ['step', 'expire'] as const satisfies readonly Lane[];
export interface SweepMessage {
  readonly lane: (typeof SWEEPS)[number];
}

/** What the audit function is sent: the audit to go on with; without one it begins another, unless one is under way. */
export interface AuditMessage {
  readonly audit_id?: string;
}

/** Shards per lane, so that no index partition takes every write. */
export const WAKE_SHARDS = 8;

/** The ledger's key and indexes. One table holds records, aliases, the governor's items and the environment pin. */
export const TABLE = {
  partitionKey: 'pk',
  indexes: {
    /** Sparse, keys only. `wake_lane` = `lane#shard`, `wake_key` = `<wake_at>#<asset>`. */
    wake: { name: 'by-wake', partitionKey: 'wake_lane', sortKey: 'wake_key' },
    /** Keys only. `status`, `listed_as` = `<created_at>#<asset>`. */
    status: { name: 'by-status', partitionKey: 'status', sortKey: 'listed_as' },
    /** Sparse, keys only. `group_id`, `group_key` = `<status>#<created_at>#<asset>`. */
    group: { name: 'by-group', partitionKey: 'group_id', sortKey: 'group_key' },
    /**
     * Sparse, keys only, of the record's own fields, which change no more: one write in a record's life. What an erasure
     * takes from the record is gone from here by that same write.
     */
    creator: { name: 'by-creator', partitionKey: 'creator_id', sortKey: 'listed_as' },
    user: { name: 'by-user', partitionKey: 'deleted_by_user_id', sortKey: 'listed_as' },
  },
} as const;

/** For grants: the kinds of items that lie in the table, by their keys. */
export const ITEMS = {
  records: 'asset#*',
  aliases: 'alias#*',
  pin: 'pin#*',
  slots: 'governor#*',
  /** What was deleted in a day, and in a day for a user. */
  counts: 'brake#day#*',
  hold: 'brake#hold',
  audits: 'audit#*',
  seen: 'seen#*',
  erasures: 'erasure#*',
} as const;
export type Items = keyof typeof ITEMS;

/** Events on the bus: one for every transition of a record. */
export const TRANSITION_EVENT = { source: 'icehouse', detailType: 'Icehouse Transition' } as const;

/** Beside the transition, when a person should look at once. */
export const ALARM_EVENT = { source: 'icehouse', detailType: 'Icehouse Alarm' } as const;

/** A call that was to change something and was refused, by whom and why: for the trail in the vault. */
export const REFUSAL_EVENT = { source: 'icehouse', detailType: 'Icehouse Refusal' } as const;

/** A call that changed something which is no record: the hold on everything. */
export const ACT_EVENT = { source: 'icehouse', detailType: 'Icehouse Act' } as const;

/** Purposes the governor keeps apart, so that a flood of restores cannot stop deletions nor the other way round. */
export const PURPOSES = ['prepare', 'delete', 'restore'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** The storage classes a master may be kept in. */
export const STORAGE_CLASSES = ['DEEP_ARCHIVE', 'GLACIER', 'GLACIER_IR'] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** Of an S3 Object Lock. */
export const LOCK_MODES = ['governance', 'compliance'] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** All classes that an object can be written to in an ordinary bucket: the copy command serves any of them. */
export const OBJECT_CLASSES = [
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  ...STORAGE_CLASSES,
] as const;
export type ObjectClass = (typeof OBJECT_CLASSES)[number];

/** How often archived assets whose date has passed are deleted. */
export const EXPIRY_SCHEDULES = ['hourly', 'daily', 'weekly', 'monthly', 'quarterly'] as const;
export type ExpirySchedule = (typeof EXPIRY_SCHEDULES)[number];
