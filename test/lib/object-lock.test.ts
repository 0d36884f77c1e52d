// The option to lock archives: what the bucket gets, who may lock, and what is refused at synth.
import { Match } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../lambdas/contract/names.ts';
import { settings } from '../../lib/settings.ts';
import { matchesWildcard } from '../../local/cloud/policy.ts';
import { actionsOf, environmentOf, statementsOf, synthesize } from './synthesized.ts';

describe('with the prop objectLock', () => {
  const template = synthesize({ objectLock: { mode: 'compliance', for: Duration.days(365) } });
  const locking = FUNCTIONS.flatMap((name) =>
    statementsOf(template, name)
      .filter((each) => actionsOf([each]).includes('s3:PutObjectRetention'))
      .map((each) => ({
        name,
        each,
        key: JSON.stringify(each.Resource).match(/"\/([a-z]+\/[^"]+)"/)?.[1] ?? '',
      })),
  );

  test('the bucket has Object Lock, and locks nothing by itself', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: Match.absent(),
    });
  });

  test('expire may lock and look at locks, and nobody else, and nobody may bypass one', () => {
    const all = FUNCTIONS.flatMap((name) => actionsOf(statementsOf(template, name)));

    expect(new Set(locking.map(({ name }) => name))).toEqual(new Set(['expire']));
    expect(locking.map(({ each }) => each.Action)).toEqual(
      locking.map(() => ['s3:GetObjectRetention', 's3:PutObjectRetention']),
    );
    expect(all).not.toContain('s3:BypassGovernanceRetention');
    expect(all).not.toContain('s3:PutObjectLegalHold');
  });

  test.each([
    ['master.mp4', true],
    ['master.m4a', true],
    ['manifest.json', true],
    ['captions/text1.vtt', true],
    ['sidecars/poster.jpg', true],
    ['restored/asset2.json', false],
  ])('%s of an archive may be locked: %s', (file, isLockable) => {
    const fits = locking.some(({ key }) => matchesWildcard(key, `mux/environment1/asset1/1/${file}`));

    expect(fits).toBe(isLockable);
  });

  test('the functions read how, and for how long', () => {
    expect(environmentOf(template, 'expire')).toMatchObject({
      OBJECT_LOCK_MODE: 'compliance',
      OBJECT_LOCK_SECONDS: '31536000',
    });
  });
});

test('a bucket that is there already is not touched, and expire may lock in it', () => {
  const template = synthesize((stack) => ({
    bucket: Bucket.fromBucketName(stack, 'OurBucket', 'our-bucket'),
    objectLock: { mode: 'governance', for: Duration.days(30) },
  }));

  template.resourceCountIs('AWS::S3::Bucket', 0);
  expect(actionsOf(statementsOf(template, 'expire'))).toContain('s3:PutObjectRetention');
});

test('without the prop the bucket has no Object Lock and nobody may lock', () => {
  const template = synthesize();

  template.hasResourceProperties('AWS::S3::Bucket', { ObjectLockEnabled: Match.absent() });
  expect(actionsOf(statementsOf(template, 'expire'))).not.toContain('s3:PutObjectRetention');
});

test.each([
  [Duration.days(29), Duration.days(30), 'an archive cannot end before its lock does'],
  [undefined, Duration.seconds(0), 'Prop objectLock.for: expected 1 to 1000000000 seconds, got 0.'],
  [
    undefined,
    Duration.days(20_000),
    'Prop objectLock.for: expected 1 to 1000000000 seconds, got 1728000000.',
  ],
])('a retention of %s and a lock for %s are refused', (retention, lasting, message) => {
  const synthesized = () => settings({ retention, objectLock: { mode: 'governance', for: lasting } });

  expect(synthesized).toThrow(message);
});

test('an archive may end on the day its lock does', () => {
  const month = Duration.days(30);

  const variables = settings({ retention: month, objectLock: { mode: 'governance', for: month } });

  expect(variables).toMatchObject({ RETENTION_SECONDS: '2592000', OBJECT_LOCK_SECONDS: '2592000' });
});
