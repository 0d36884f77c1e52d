// What Mux's webhooks API is believed to do, row by row, with where the belief comes from. Driven by Mux's own SDK; the OpenAPI file
// of this repository is older than these calls, so that their types are those of the SDK (resources/system/webhooks.d.ts, 15.3.0).
import Mux from '@mux/mux-node';
import { describe, expect, test } from 'vitest';
import { openMuxDoor } from '../../../cli/connect/mux-door.ts';
import { DEFAULT_ENVIRONMENT } from '../../../local/mux/simulator.ts';
import { startRig } from './rig.ts';

const GUIDE = 'mux.com/docs/core/manage-webhooks';
const TYPES = '@mux/mux-node 15.3.0, resources/system/webhooks.d.ts';
const ADDRESS = 'https://example.com/webhook';

type Rig = Awaited<ReturnType<typeof startRig>> & { readonly webhooks: Mux['system']['webhooks'] };
interface Row {
  readonly fact: string;
  readonly basis: 'documented' | 'assumed';
  readonly source: string;
  readonly permissions?: readonly string[];
  readonly check: (rig: Rig) => Promise<void>;
}

async function start(permissions?: readonly string[]): Promise<Rig> {
  const environments = [{ ...DEFAULT_ENVIRONMENT, ...(permissions && { permissions }) }];
  const rig = await startRig({ environments });
  const { tokenId, tokenSecret } = DEFAULT_ENVIRONMENT;
  const { system } = new Mux({ tokenId, tokenSecret, baseURL: rig.url, maxRetries: 0 });
  return { ...rig, webhooks: system.webhooks };
}

const rows: Row[] = [
  {
    fact: 'a new webhook is enabled, and its answer has the signing secret',
    basis: 'documented',
    source: GUIDE,
    check: async ({ webhooks }) => {
      const made = await webhooks.create({ address: ADDRESS });

      expect(made).toEqual({
        id: expect.stringMatching(/^\w+$/),
        address: ADDRESS,
        enabled: true,
        created_at: expect.stringMatching(/^20\d\d-.*\.\d{6}Z$/),
        signing_secret: expect.stringMatching(/^[\w-]{32}$/),
      });
    },
  },
  {
    fact: 'no other answer has the signing secret, and the newest is listed first',
    basis: 'documented',
    source: TYPES,
    check: async ({ webhooks }) => {
      const one = await webhooks.create({ address: ADDRESS });
      const two = await webhooks.create({ address: `${ADDRESS}?2` });

      const listed = await Array.fromAsync(webhooks.list());
      const single = await webhooks.retrieve(one.id);

      expect(listed.map(({ id }) => id)).toEqual([two.id, one.id]);
      for (const shown of [...listed, single]) expect(shown).not.toHaveProperty('signing_secret');
    },
  },
  {
    fact: 'an address that another webhook has is refused, until that one is deleted',
    basis: 'documented',
    source: `${TYPES}; with which status is assumed (addressTaken)`,
    check: async ({ webhooks }) => {
      const { id, signing_secret } = await webhooks.create({ address: ADDRESS });

      const again = await webhooks.create({ address: ADDRESS }).catch((error: unknown) => error);
      await webhooks.delete(id);
      const after = await webhooks.create({ address: ADDRESS });

      expect(again).toMatchObject({ status: 400 });
      expect(after.id).not.toBe(id);
      expect(after.signing_secret).not.toBe(signing_secret);
    },
  },
  {
    fact: 'two addresses that differ by their query are two',
    basis: 'assumed',
    source: `${GUIDE} says unique, and no more`,
    check: async ({ webhooks }) => {
      await webhooks.create({ address: ADDRESS });

      const { address } = await webhooks.create({ address: `${ADDRESS}?registration=2` });

      expect(address).toBe(`${ADDRESS}?registration=2`);
    },
  },
  {
    fact: 'an update changes what it names, and must name something',
    basis: 'documented',
    source: TYPES,
    check: async ({ webhooks }) => {
      const { id } = await webhooks.create({ address: ADDRESS });

      const off = await webhooks.update(id, { enabled: false });
      const nothing = await webhooks.update(id, {}).catch((error: unknown) => error);

      expect(off).toMatchObject({ id, address: ADDRESS, enabled: false });
      expect(nothing).toMatchObject({ status: 400 });
    },
  },
  {
    fact: 'a deleted webhook is gone: 404, also for a second DELETE',
    basis: 'assumed',
    source: `${TYPES} says that it "no longer appears"; 404 as of other calls`,
    check: async ({ webhooks }) => {
      const { id } = await webhooks.create({ address: ADDRESS });
      await webhooks.delete(id);

      const errors = await Promise.all(
        [webhooks.retrieve(id), webhooks.delete(id)].map((call) => call.catch((error: unknown) => error)),
      );

      expect(errors).toEqual([
        expect.objectContaining({ status: 404 }),
        expect.objectContaining({ status: 404 }),
      ]);
    },
  },
  {
    fact: 'events go to every enabled webhook, each signed with its own secret',
    basis: 'documented',
    source: 'mux.com/docs/core/verify-webhook-signatures: one secret for each',
    check: async ({ webhooks, webhookUrl, simulator, mux, event, events }) => {
      const { signing_secret = '' } = await webhooks.create({ address: webhookUrl });
      const off = await webhooks.create({ address: `${webhookUrl}?off` });
      await webhooks.update(off.id, { enabled: false });
      const { id } = await simulator.addAsset({});

      await mux.video.assets.update(id, { passthrough: 'p' });
      const { raw, headers } = await event('video.asset.updated');

      await expect(mux.webhooks.verifySignature(raw, headers, signing_secret)).resolves.toBeUndefined();
      expect(events).toHaveLength(1);
    },
  },
  {
    fact: 'a token with Video permissions alone may not look after webhooks',
    basis: 'documented',
    source: `${GUIDE}; that it is said by 403, or by 404 (systemRefusal), is assumed`,
    permissions: ['video:read', 'video:write'],
    check: async ({ webhooks, simulator, mux }) => {
      const refused = () => webhooks.create({ address: ADDRESS }).catch((error: unknown) => error);

      const first = await refused();
      simulator.change({ systemRefusal: 404 });
      const second = await refused();

      expect([first, second]).toMatchObject([{ status: 403 }, { status: 404 }]);
      expect((await mux.system.utilities.whoami()).permissions).toEqual(['video:read', 'video:write']);
    },
  },
  {
    fact: 'a token with System read may list webhooks, and not make them',
    basis: 'documented',
    source: GUIDE,
    permissions: ['video:read', 'video:write', 'system:read'],
    check: async ({ webhooks }) => {
      const listed = await Array.fromAsync(webhooks.list());
      const made = await webhooks.create({ address: ADDRESS }).catch((error: unknown) => error);

      expect(listed).toEqual([]);
      expect(made).toMatchObject({ status: 403 });
    },
  },
];

describe.each(rows)('$fact ($basis: $source)', ({ permissions, check }) => {
  test('by the simulator', async () => {
    await check(await start(permissions));
  });
});

describe('what icehouse connect asks of it', () => {
  const token = { id: DEFAULT_ENVIRONMENT.tokenId, secret: DEFAULT_ENVIRONMENT.tokenSecret };

  test('is answered in its own words', async () => {
    const { url } = await start();
    const door = openMuxDoor(token, url);

    const owner = await door.owner(token);
    const stranger = await door.owner({ id: 'x', secret: 'y' });
    const made = await door.register(ADDRESS);
    const listed = await door.registrations();
    if (made === 'not-allowed') throw new Error('was to be allowed');
    await door.remove(made.id);
    await door.remove(made.id);

    expect(owner).toMatchObject({ environmentId: 'simenv', organizationName: 'Simulator' });
    expect(stranger).toBeUndefined();
    expect(listed).toMatchObject([{ id: made.id, address: ADDRESS, enabled: true }]);
    expect(made.signingSecret).toMatch(/^[\w-]{32}$/);
    expect(await door.registrations()).toEqual([]);
  });

  test('is refused for want of permissions without an error', async () => {
    const { url } = await start(['video:write']);
    const door = openMuxDoor(token, url);

    expect([await door.registrations(), await door.register(ADDRESS)]).toEqual([
      'not-allowed',
      'not-allowed',
    ]);
  });

  test('is not made twice when the answer is lost, and says what to do', async () => {
    const { url, simulator } = await start();
    simulator.addFault({ match: { method: 'POST' }, effect: { kind: 'lose-answer', how: '504' } });

    const lost = await openMuxDoor(token, url)
      .register(ADDRESS)
      .catch((error: unknown) => error);

    expect(lost).toMatchObject({
      code: 'MUX_UNREACHABLE',
      problem: { action: expect.stringContaining('--replace') },
    });
    expect(simulator.requests().filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});
