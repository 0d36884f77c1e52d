// What becomes of a message of the copy queue: done, given back, or kept for people with the reason.
import { expect, test } from 'vitest';
import type { SegmentMessage } from '../../lambdas/contract/names.ts';
import { TransientError } from '../../lambdas/domain/failures.ts';
import { handleSegment } from '../../lambdas/handlers/segment-record.ts';
import { recordingLog } from '../fakes/recorders.ts';

const SEGMENT: SegmentMessage = {
  asset_id: 'asset1',
  life: 1,
  upload_id: 'u1',
  first_part: 1,
  last_part: 64,
};

const SIGNED = 'https://master.mux.com/ABC/master.mp4?signature=6a1b';

function deps(failure?: Error) {
  const copied: SegmentMessage[] = [];
  const kept: object[] = [];
  return {
    copied,
    kept,
    log: recordingLog(),
    async copy(message: SegmentMessage) {
      copied.push(message);
      if (failure) throw failure;
    },
    async keep(body: string, reason: object) {
      kept.push({ body, ...reason });
    },
  };
}

const received = (times: number, body = JSON.stringify(SEGMENT)) => ({
  body,
  attributes: { ApproximateReceiveCount: String(times) },
});

test('a segment that was copied leaves nothing behind', async () => {
  const world = deps();

  await handleSegment(received(1), world);

  expect(world.copied).toEqual([SEGMENT]);
  expect(world.kept).toEqual([]);
});

test.each([1, 4])(
  'one that fails at receive %i is given back, with the code as the name of the error',
  async (times) => {
    const world = deps(new TransientError('SOURCE_UNAVAILABLE', `GET ${SIGNED}: 503`));

    const handled = handleSegment(received(times), world);

    await expect(handled).rejects.toMatchObject({
      name: 'SOURCE_UNAVAILABLE',
      message: 'GET https://master.mux.com/… 503',
    });
    expect(world.kept).toEqual([]);
  },
);

test.each([5, 6])('one that fails at receive %i is kept as it came, and says why', async (times) => {
  const world = deps(new TransientError('SOURCE_UNAVAILABLE', `GET ${SIGNED}: 503`));

  await handleSegment(received(times), world);

  expect(world.kept).toEqual([
    {
      body: JSON.stringify(SEGMENT),
      code: 'SOURCE_UNAVAILABLE',
      message: 'GET https://master.mux.com/… 503',
      receives: times,
    },
  ]);
});

test.each([
  ['no JSON', 'hello', 'it is no JSON'],
  ['another shape', '{"asset_id":"asset1"}', 'life: '],
  ['nothing', 'null', 'expected object'],
])('one that cannot be read (%s) is kept at once: nobody reads it better next time', async (_, body, why) => {
  const world = deps();

  await handleSegment(received(1, body), world);

  expect(world.copied).toEqual([]);
  expect(world.kept).toEqual([
    { body, code: 'MESSAGE_UNREADABLE', message: expect.stringContaining(why), receives: 1 },
  ]);
});

test('when it cannot be kept either the queue has it back', async () => {
  const world = deps(new TransientError('SOURCE_UNAVAILABLE', '503'));
  const keep = () => Promise.reject(new TransientError('DEAD_LETTERS_UNAVAILABLE', 'no answer'));

  const handled = handleSegment(received(5), { ...world, keep });

  await expect(handled).rejects.toMatchObject({ code: 'DEAD_LETTERS_UNAVAILABLE' });
});
