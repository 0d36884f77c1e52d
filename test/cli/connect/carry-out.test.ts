// Joining a stack with Mux: what is done in which order, and that no death in between loses a secret or a webhook.
import { describe, expect, test } from 'vitest';
import { carryOut, type Outcome } from '../../../cli/connect/carry-out.ts';
import type { SecretFields } from '../../../cli/connect/connect-ports.ts';
import { changesSomething, type Findings, planOf } from '../../../cli/connect/plan.ts';
import { type Fate, TOKEN, URL_OF_STACK, World } from './fakes.ts';

const WITH_TOKEN = { token_id: TOKEN.id, token_secret: TOKEN.secret };

function found(secret: SecretFields, registrations: Findings['registrations']): Findings {
  return { token: TOKEN, secret, webhookSecret: secret, registrations, webhookUrl: URL_OF_STACK };
}

async function connect(world: World, { replace = false, fate = {} as Fate } = {}): Promise<Outcome> {
  const registrations = world.notAllowed ? ('not-allowed' as const) : world.listed;
  const plan = planOf(found(world.secret, registrations), { replace });
  return carryOut(plan, world.hands(fate));
}

/** A stack that was connected by this command, with a key that is not ours. */
function connected(): World {
  const world = new World({
    ...WITH_TOKEN,
    webhook_secret: 'secret-of-old-1',
    webhook_id: 'old-1',
    signing_key_id: 'key',
    of_others: 7,
  });
  world.add(URL_OF_STACK);
  return world;
}

describe('a fresh stack', () => {
  test('gets the token first, then the webhook and its secret', async () => {
    const world = new World();

    const outcome = await connect(world);

    expect(outcome).toMatchObject({ token: 'stored', webhook: 'registered', isComplete: true });
    expect(world.calls).toEqual(['read', 'write', 'register', 'read', 'write', 'read', 'list']);
    expect(world.secret).toEqual({ ...WITH_TOKEN, webhook_secret: 'secret-of-new-1', webhook_id: 'new-1' });
    expect(world.listed.map(({ address }) => address)).toEqual([URL_OF_STACK]);
  });

  test('keeps the keys that are not of this command', async () => {
    const world = new World({ signing_key_id: 'k', signing_private_key: 'p', of_others: { a: 1 } });

    await connect(world);

    expect(world.secret).toMatchObject({
      signing_key_id: 'k',
      signing_private_key: 'p',
      of_others: { a: 1 },
    });
  });

  test('is left as it is the second time', async () => {
    const world = new World();
    await connect(world);
    world.calls = [];

    const outcome = await connect(world);

    expect(outcome).toMatchObject({ token: 'unchanged', webhook: 'kept', isComplete: true });
    expect(world.calls).toEqual([]);
  });

  test('gets the token also where Mux lets nobody make webhooks', async () => {
    const [unlisted, unmade] = [new World(), new World()];
    unlisted.notAllowed = true;
    const plan = planOf(found(unmade.secret, []), { replace: false });
    unmade.notAllowed = true;

    const outcomes = [await connect(unlisted), await carryOut(plan, unmade.hands())];

    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ token: 'stored', webhook: 'by-hand', isComplete: false });
    expect(unlisted.secret).toMatchObject(WITH_TOKEN);
    expect(unmade.secret).toMatchObject({ ...WITH_TOKEN, webhook_secret: '' });
  });
});

describe('a signing secret with a secret of its own', () => {
  test.each([
    ['a new stack', { token_id: '', token_secret: '', webhook_secret: '' }],
    // As where the prop came later: functions that find an empty place wait until somebody has filled it in.
    ['one that has its token', { ...WITH_TOKEN, webhook_secret: '' }],
  ])('goes there, and leaves no empty place in the other of %s', async (_, secret) => {
    const world = new World(secret);
    let kept: SecretFields = { webhook_secret: '', of_others: 2 };
    const webhookStore = {
      read: async () => kept,
      write: async (fields: SecretFields) => {
        kept = fields;
      },
    };
    const findings = () => ({ ...found(world.secret, world.listed), webhookSecret: kept });

    await carryOut(planOf(findings(), { replace: false }), { ...world.hands(), webhookStore });

    expect(world.secret).toEqual(WITH_TOKEN);
    expect(kept).toEqual({ webhook_secret: 'secret-of-new-1', webhook_id: 'new-1', of_others: 2 });
    expect(changesSomething(planOf(findings(), { replace: false }))).toBe(false);
  });
});

describe('a webhook that is there', () => {
  test('with a secret stored by hand is kept, and not called proven', async () => {
    const world = new World({ ...WITH_TOKEN, webhook_secret: 'by-hand' });
    world.add(URL_OF_STACK);

    const outcome = await connect(world);

    expect(outcome).toMatchObject({ webhook: 'kept-unproven', isComplete: true });
    expect(world.calls).toEqual([]);
  });

  test.each([
    ['an empty one', { webhook_secret: '' }],
    ['a placeholder', { webhook_secret: 'REPLACE_ME' }],
    ['that of a webhook which is gone', { webhook_secret: 'x', webhook_id: 'gone' }],
  ])('whose secret is not stored, but %s, is left alone and said', async (_, secret) => {
    const world = new World({ ...WITH_TOKEN, ...secret });
    world.add(`${URL_OF_STACK}/`);

    const outcome = await connect(world);

    expect(outcome).toMatchObject({ webhook: 'unknown-secret', isComplete: false });
    expect(world.calls).toEqual([]);
  });

  test('that was switched off is switched on', async () => {
    const world = connected();
    world.registrations = world.registrations.map((one) => ({ ...one, enabled: false }));

    await connect(world);

    expect(world.calls).toEqual(['enable']);
    expect(world.listed[0]?.enabled).toBe(true);
  });

  test('of another address of the same environment is never touched', async () => {
    const world = connected();
    const theirs = world.add('https://app.example.com/v1/webhooks/mux', 'theirs');

    await connect(world, { replace: true });

    expect(world.registrations.map(({ id }) => id)).toEqual(['new-1', theirs.id]);
  });
});

describe('--replace', () => {
  test('makes the new one beside the old, stores its secret with the old as previous, then removes the old', async () => {
    const world = connected();

    const outcome = await connect(world, { replace: true });

    expect(outcome).toMatchObject({ webhook: 'replaced', isComplete: true, left: [] });
    expect(world.calls).toEqual(['register', 'read', 'write', 'read', 'list', 'remove']);
    expect(world.secret).toEqual({
      ...WITH_TOKEN,
      webhook_secret: 'secret-of-new-1',
      webhook_secret_previous: 'secret-of-old-1',
      webhook_id: 'new-1',
      signing_key_id: 'key',
      of_others: 7,
    });
    expect(world.listed.map(({ address }) => address)).toEqual([`${URL_OF_STACK}?registration=2`]);
  });

  test('done twice comes back to the plain address', async () => {
    const world = connected();

    await connect(world, { replace: true });
    await connect(world, { replace: true });

    expect(world.listed.map(({ address }) => address)).toEqual([URL_OF_STACK]);
    expect(world.secret).toMatchObject({
      webhook_secret: 'secret-of-new-2',
      webhook_secret_previous: 'secret-of-new-1',
    });
  });

  test('says what Mux did not remove, and the same command removes it later', async () => {
    const world = connected();

    const outcome = await connect(world, { replace: true, fate: { fail: ['remove'] } });
    const later = await connect(world);

    expect(outcome).toMatchObject({ isComplete: true, left: [{ id: 'old-1' }] });
    expect(later).toMatchObject({ webhook: 'kept', removed: [{ id: 'old-1' }] });
    expect(world.listed.map(({ id }) => id)).toEqual(['new-1']);
  });
});

describe('a signing secret that cannot be stored', () => {
  test('takes its webhook with it, and leaves the stack as it was', async () => {
    const world = connected();
    const before = world.secret;

    const ended = connect(world, { replace: true, fate: { fail: ['write'] } });

    await expect(ended).rejects.toMatchObject({
      code: 'SIGNING_SECRET_NOT_STORED',
      problem: { detail: expect.stringContaining('was removed again') },
    });
    expect(world.secret).toEqual(before);
    expect(world.listed.map(({ id }) => id)).toEqual(['old-1']);
  });

  test('names the webhook where that cannot be removed either, and how to mend it, and no secret', async () => {
    const world = connected();

    const ended = await connect(world, { replace: true, fate: { fail: ['write', 'remove'] } }).catch(
      (error: unknown) => error,
    );

    expect(ended).toMatchObject({
      problem: {
        detail: expect.stringContaining('new-1'),
        action: expect.stringContaining('connect --replace'),
      },
    });
    expect(JSON.stringify(ended)).not.toContain('secret-of-');
    expect(world.works).toBe(true);
  });

  test('counts as stored when only the answer was lost', async () => {
    const world = connected();

    const outcome = await connect(world, { replace: true, fate: { lose: ['write'] } });

    expect(outcome).toMatchObject({ webhook: 'replaced', isComplete: true });
    expect(world.listed.map(({ id }) => id)).toEqual(['new-1']);
  });
});

describe('somebody who connects at the same time', () => {
  test('finds a replacement half way and clears nothing away that the other one has stored meanwhile', async () => {
    const world = connected();
    const made = world.add(`${URL_OF_STACK}?registration=2`, 'theirs');
    const plan = planOf(found(world.secret, world.listed), { replace: false });
    world.secret = { ...world.secret, webhook_secret: made.signingSecret, webhook_id: made.id };

    const ended = carryOut(plan, world.hands());

    await expect(ended).rejects.toMatchObject({ code: 'CONNECTED_AT_ONCE' });
    expect(world.listed.map(({ id }) => id)).toEqual(['theirs', 'old-1']);
    expect(world.works).toBe(true);
  });

  test.each([
    ['writes over the new secret', 'write'],
    ['takes the new webhook for a left-over', 'register'],
  ])('and %s leaves the older webhook there', async (_, after) => {
    const world = connected();
    const before = world.secret;
    const { mux, store, token } = world.hands();
    const plan = planOf(found(world.secret, world.listed), { replace: true });
    const theirs = () => {
      if (after === 'write') world.secret = before;
      else world.registrations = world.registrations.filter(({ id }) => id === 'old-1');
    };
    const write = async (fields: SecretFields) => {
      await store.write(fields);
      theirs();
    };

    const ended = carryOut(plan, { mux, store: { ...store, write }, token });

    await expect(ended).rejects.toMatchObject({ code: 'CONNECTED_AT_ONCE' });
    expect(world.listed.map(({ id }) => id)).toContain('old-1');
    expect(world.works).toBe(true);
  });
});

describe('a death at any call', () => {
  const places = [1, 2, 3, 4, 5, 6, 7].flatMap((at) => [
    { when: `before call ${at}`, fate: { before: at } },
    { when: `after call ${at}, before its answer`, fate: { after: at } },
  ]);

  test.each(places)(
    '$when of a replacement leaves a stack that works; the same command ends it',
    async ({ fate }) => {
      const world = connected();

      await connect(world, { replace: true, fate }).catch(() => undefined);
      const worked = world.works;
      await connect(world, { replace: true });

      expect(worked).toBe(true);
      expect(world.registrations.map(({ signingSecret }) => signingSecret)).toEqual([
        world.secret.webhook_secret,
      ]);
      expect(world.secret).toMatchObject({ of_others: 7, signing_key_id: 'key' });
    },
  );

  test.each(places)('$when of a replacement is mended by the plain command too', async ({ fate }) => {
    const world = connected();

    await connect(world, { replace: true, fate }).catch(() => undefined);
    const outcome = await connect(world);

    expect(outcome).toMatchObject({ webhook: 'kept', isComplete: true });
    expect(world.registrations.map(({ signingSecret }) => signingSecret)).toEqual([
      world.secret.webhook_secret,
    ]);
  });

  test.each(places)(
    '$when of the first connection is mended, with --replace where the answer says so',
    async ({ fate }) => {
      const world = new World();

      await connect(world, { fate }).catch(() => undefined);
      const second = await connect(world);
      const last = second.isComplete ? second : await connect(world, { replace: true });

      expect(last.isComplete).toBe(true);
      expect(second.isComplete || second.webhook === 'unknown-secret').toBe(true);
      expect(world.registrations.map(({ signingSecret }) => signingSecret)).toEqual([
        world.secret.webhook_secret,
      ]);
      expect(world.secret).toMatchObject(WITH_TOKEN);
    },
  );
});
