// Which losses stand in the way of a request, and how a person waves them through.
import { describe, expect, test } from 'vitest';
import {
  LOSS_CODES,
  lossRefusal,
  refusedLosses,
  weightOf,
  withAccepted,
} from '../../lambdas/domain/loss-policy.ts';
import { aRecord } from '../fakes/record.ts';

const loss = (code: string) => ({ code, attribute: 'x', detail: `${code} would be lost.` });

describe('a loss', () => {
  test.each([
    ['a further audio track', 'ADDITIONAL_AUDIO_TRACK'],
    ['an overlay', 'OVERLAY'],
    ['a DRM configuration', 'DRM_CONFIGURATION'],
    ['captions that nobody can fetch', 'CAPTION_UNREACHABLE'],
    ['more than two channels', 'SURROUND_SOUND'],
    ['something that this code does not know', 'A_LOSS_OF_NEXT_YEAR'],
  ])('of %s is grave', (_, code) => {
    expect(weightOf(code)).toBe('grave');
  });

  test.each(['POSTER_UNREACHABLE', 'STORYBOARD_UNREACHABLE', 'TEXT_SOURCE', 'LIVE_STREAM_LINK'])(
    '%s is small',
    (code) => {
      expect(weightOf(code)).toBe('small');
    },
  );

  test('of the playback ids is in every restore', () => {
    expect(weightOf('NEW_PLAYBACK_IDS')).toBe('always');
  });
});

describe('policy', () => {
  const losses = ['NEW_PLAYBACK_IDS', 'OVERLAY', 'POSTER_UNREACHABLE', 'SURROUND_SOUND'].map(loss);
  const refused = (onLoss: 'warn' | 'hold', accepted_losses?: string[]) =>
    refusedLosses({ losses, accepted_losses }, onLoss).map(({ code }) => code);

  test.each<[string, 'warn' | 'hold', string[] | undefined, string[]]>([
    ['to warn refuses nothing', 'warn', undefined, []],
    ['to hold refuses what is grave', 'hold', undefined, ['OVERLAY', 'SURROUND_SOUND']],
    ['to hold lets pass what was accepted', 'hold', ['OVERLAY'], ['SURROUND_SOUND']],
    ['to hold lets all pass when all was accepted', 'hold', ['*'], []],
  ])('%s', (_, onLoss, accepted, expected) => {
    expect(refused(onLoss, accepted)).toEqual(expected);
  });
});

describe('what is accepted', () => {
  test.each<[string, string[] | undefined, true | string[] | undefined, string[] | undefined]>([
    ['stays nothing without a word', undefined, undefined, undefined],
    ['stays as it is without a new word', ['OVERLAY'], undefined, ['OVERLAY']],
    [
      'grows by what is new, once',
      ['OVERLAY'],
      ['OVERLAY', 'DIRECTIVES', 'DIRECTIVES'],
      ['OVERLAY', 'DIRECTIVES'],
    ],
    ['is all for true', ['OVERLAY'], true, ['OVERLAY', '*']],
  ])('%s', (_, before, word, expected) => {
    expect(withAccepted(before, word)).toEqual(expected);
  });
});

describe('a refusal', () => {
  const refusal = lossRefusal(
    aRecord({
      asked: { grace_days: 30 },
      reason: "it's old; rm -rf",
      group_id: 'summer',
    }),
    [loss('OVERLAY'), loss('SURROUND_SOUND'), loss('OVERLAY')],
  );

  test('says what would be lost, and the field that goes on', () => {
    expect(refusal.code).toBe('LOSS_REFUSED');
    expect(refusal.message).toContain('OVERLAY would be lost.');
    expect(refusal.action).toContain('"accept_loss": ["OVERLAY","SURROUND_SOUND"]');
  });

  test('gives the command as a shell takes it, the same request again', () => {
    expect(refusal.action).toContain(
      String.raw`icehouse request asset1 --user user-7 --grace-days 30 --reason 'it'\''s old; rm -rf' --group summer --accept-loss OVERLAY SURROUND_SOUND`,
    );
  });

  test.each([
    [{ playback: 'revoke', asked: { archive_until: '2031-01-01' } }, ' --archive-until 2031-01-01'],
    [{ playback: 'revoke', asked: { archive_until: null } }, ' --archive-until never'],
  ] as const)('leaves out nothing that would make it another request', (given, end) => {
    const { action } = lossRefusal(aRecord(given), [loss('OVERLAY')]);

    expect(action).toContain(`--playback revoke${end} --accept-loss OVERLAY`);
  });
});

test('no code is so long that a list of them all is no request', () => {
  expect(LOSS_CODES.every((code) => /^[A-Z_]{3,32}$/.test(code))).toBe(true);
});
