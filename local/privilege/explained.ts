// Allowed actions that the traffic need not use, each with what it is for. All else that is unused is too much.

export interface Explanation {
  /** Of the function's short name, such as `archive`. */
  readonly functions: RegExp;
  readonly actions: RegExp;
  readonly why: string;
}

export const EXPLAINED: readonly Explanation[] = [
  {
    functions: /./,
    actions: /^logs:/,
    why: 'Lambda writes the function’s log with its role; no engine here is asked',
  },
  {
    functions: /./,
    actions: /^sqs:SendMessage$/,
    why: 'Lambda sends the record of a failed invocation with the function’s role; only a crash shows it',
  },
  {
    functions: /./,
    actions: /^s3:ListBucket$/,
    why: 'without it S3 answers 403 for an object that is missing, and missing must not be taken for denied',
  },
  {
    functions: /^(sweep|copy)$/,
    actions: /^dynamodb:PutItem$/,
    why: 'claims a record that was tried often, and wakes the one whose last part it copied: by a whole item, not by an update',
  },
  {
    functions: /^(master|archive)$/,
    actions: /^s3:(AbortMultipartUpload|ListBucketMultipartUploads)$/,
    why: 'a request begun anew, and a source that changed, give up what was open',
  },
  {
    functions: /^archive$/,
    actions: /^s3:GetObjectVersion$/,
    why: 'captions that can no longer be fetched are carried over from the archive before (lambdas/stages/carry-over.ts)',
  },
  {
    functions: /^archive$/,
    actions: /^s3:GetObject$/,
    why: 'a Complete whose answer was lost is looked for by HEAD of the key',
  },
  {
    functions: /^expire$/,
    actions: /^s3:PutObject$/,
    why: 'refreshes manifest and captions of an asset that changed since it was archived',
  },
  {
    functions: /^purge$/,
    actions: /^s3:AbortMultipartUpload$/,
    why: 'unfinished uploads of the lineage go too (law 8)',
  },
  {
    functions: /^purge$/,
    actions: /^s3:GetObjectLegalHold$/,
    why: 'a HEAD shows a legal hold only to who may see it; no run waits for one, which is looked at again a day later',
  },
  {
    functions: /^(copy|audit|restore)$/,
    actions: /^lambda:InvokeFunction$/,
    why: 'whose work goes on at once wakes the next: the worker of the last part, a long audit, a thaw that has ended',
  },
];

export function explanationOf(functionName: string, action: string): string | undefined {
  return EXPLAINED.find(({ functions, actions }) => functions.test(functionName) && actions.test(action))
    ?.why;
}
