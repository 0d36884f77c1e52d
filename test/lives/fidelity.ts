// What a restore brings back of an asset with everything on it, on the stack that would be deployed, looked at from outside:
// by HTTP, by S3, and at the simulated Mux.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import type { Asset } from '../../local/mux/model.ts';
import { addFullAsset, CHOSEN, ENGLISH, FILM_SHA256, GERMAN, LOGO, RENDITIONS } from './full-asset.ts';
import { call, type House, type Reply, until } from './house.ts';
import { deleteAndRestore, objectsOf, request, sha256 } from './steps.ts';

let house: House;
let api: string;
const closers: (() => unknown)[] = [];

function mastersDownloaded(): number {
  return house.simulator.requests().filter(({ path }) => path.includes('/mezzanine.')).length;
}

interface Event {
  readonly type: string;
  readonly data: Partial<Asset>;
}

/** All that a webhook address of the customer's own gets to see from now on. */
async function customersWebhooks(): Promise<readonly Event[]> {
  const events: Event[] = [];
  const server = createServer(async (request, response) => {
    events.push((await json(request)) as Event);
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  house.simulator.setWebhookUrls([`${api}/v1/webhooks/mux`, `http://127.0.0.1:${port}`]);
  return events;
}

/** What a customer chose, as paths of the asset's JSON. */
const CHOSEN_PATHS = [
  ...['passthrough', 'meta.title', 'meta.creator_id', 'meta.external_id'],
  ...['max_resolution_tier', 'video_quality', 'normalize_audio', 'thumbnail_time', 'generate_shots'],
  ...[0, 1, 2].map((at) => `playback_ids[${at}].policy`),
  ...['name', 'language_code'].flatMap((name) => [1, 2, 3].map((at) => `tracks[${at}].${name}`)),
  ...['tracks[2].passthrough', 'tracks[3].closed_captions'],
  ...[0, 1].flatMap((at) =>
    ['resolution', 'passthrough'].map((name) => `static_renditions.files[${at}].${name}`),
  ),
];

/** Ids are Mux's to give, and the time of creation is another one. */
const LOST = [
  'created_at',
  'id',
  ...['playback_ids[].id', 'playback_ids[].id', 'playback_ids[].id'],
  ...['static_renditions.files[].id', 'static_renditions.files[].id'],
  ...['tracks[].id', 'tracks[].id', 'tracks[].id', 'tracks[].id'],
];

export function fidelity(shared: () => House): void {
  beforeAll(() => {
    house = shared();
    api = house.running.cloud.urls.api;
  });

  afterAll(() => {
    for (const close of closers) close();
  });

  describe('an asset that uses everything a customer can set', () => {
    let old: Asset;
    let back: Asset;
    let record: PublicRecord;
    let quote: Reply;
    let events: readonly Event[];

    beforeAll(async () => {
      old = await addFullAsset(house.simulator);
      events = await customersWebhooks();
      await request(house, old.id);
      await until(api, old.id, ({ status }) => status === 'deleted');
      quote = await call(api, 'GET', `/v1/delete-requests/${old.id}/quote`);
      ({ record, asset: back } = await deleteAndRestore(house, old.id));
    });

    test('has all of it again', () => {
      expect(back).toMatchObject({ ...CHOSEN, status: 'ready' });
      expect(back.static_renditions?.files).toMatchObject(RENDITIONS);
      expect(back.playback_ids?.map(({ policy }) => policy).toSorted()).toEqual([
        'public',
        'public',
        'signed',
      ]);
      expect(back.tracks).toMatchObject([
        { type: 'video' },
        { type: 'audio', name: 'Version originale', language_code: 'fr', primary: true },
        { type: 'text', name: 'English', language_code: 'en', closed_captions: false, passthrough: 'cc-en' },
        { type: 'text', name: 'Deutsch (Untertitel)', language_code: 'de', closed_captions: true },
      ]);
    });

    test('is compared with what it was: each attribute is equal, derived or lost, and none differs', async () => {
      const { body } = await call(api, 'GET', `/v1/assets/${old.id}/fidelity`);

      const rows = body.attributes as { attribute: string; outcome: string; was: unknown; is: unknown }[];
      const named = (outcome: string) =>
        rows.flatMap((row) => (row.outcome === outcome ? [row.attribute] : []));
      expect(body).toMatchObject({ kind: 'comparison', asset_id: old.id, new_asset_id: back.id });
      expect(named('differs')).toEqual([]);
      expect(named('equal')).toContain('max_resolution_tier');
      expect(named('equal')).toEqual(expect.arrayContaining(CHOSEN_PATHS));
      expect(
        named('lost')
          .map((path) => path.replace(/\d+/, ''))
          .toSorted(),
      ).toEqual(LOST);
      expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['equal', 'derived', 'lost']));
      expect(rows.find(({ attribute }) => attribute === 'id')).toMatchObject({ was: old.id, is: back.id });
    });

    test('is the same byte for byte, for Mux and for any other S3 client', async () => {
      const [english, german] = (back.tracks ?? []).filter(({ type }) => type === 'text');
      const open = back.playback_ids?.find(({ policy }) => policy === 'public')?.id;
      const caption = async (id = '') =>
        (await fetch(`${house.running.mux.url}/${open}/text/${id}.vtt`)).text();

      const inVault = await objectsOf(house, old.id);

      expect(await house.simulator.sha256(back.id)).toBe(FILM_SHA256);
      expect([await caption(english?.id), await caption(german?.id)]).toEqual([ENGLISH, GERMAN]);
      expect(sha256(inVault.get('master.mp4') ?? '')).toBe(FILM_SHA256);
      const captions = [...inVault].flatMap(([name, bytes]) =>
        name.endsWith('.vtt') ? [sha256(bytes)] : [],
      );
      expect(captions).toEqual(expect.arrayContaining([sha256(ENGLISH), sha256(GERMAN)]));
    });

    test('leaves no query of a URL in the vault', async () => {
      const inVault = await objectsOf(house, old.id);

      for (const [name, bytes] of inVault)
        if (name !== 'master.mp4') expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/token=/);
      expect(inVault.size).toBeGreaterThanOrEqual(4);
    });

    test('leads from each old playback id to its successor', async () => {
      for (const { id, policy } of old.playback_ids ?? []) {
        const { body } = await call(api, 'GET', `/v1/playback-ids/${id}`);

        expect(body).toMatchObject({ playable: true });
        const successor = back.playback_ids?.find((each) => each.id === body.current_playback_id);
        expect(successor?.policy).toBe(policy);
      }
      expect(record.warnings).toEqual([]);
    });

    test('is shown to the customer’s own webhook handler with the customer’s words only', () => {
      const own = events.filter(({ data }) => data.id === back.id);

      expect(own.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['video.asset.created', 'video.asset.ready', 'video.asset.updated']),
      );
      for (const { data } of own)
        expect(data).toMatchObject({ passthrough: CHOSEN.passthrough, meta: CHOSEN.meta });
      expect(
        new Set(events.filter(({ type }) => type === 'video.asset.created').map(({ data }) => data.id)).size,
      ).toBe(1);
    });

    test('has its poster, storyboard and overlay image in the vault, the poster at its thumbnail time', async () => {
      const inVault = await objectsOf(house, old.id);
      const text = (name: string) => Buffer.from(inVault.get(name) ?? '').toString('latin1');

      expect(text('poster.jpg')).toContain('time=2.5');
      expect(text('overlay-1.jpg')).toBe(readFileSync(LOGO, 'latin1'));
      expect(text('storyboard.jpg').slice(0, 3)).toBe('\xff\xd8\xff');
      // Beside its picture, so that the two can be used as they lie there.
      expect(text('storyboard.vtt')).toContain('\nstoryboard.jpg#xywh=0,0,320,180');
    });

    test('can be read through the API without a thaw, letter by letter', async () => {
      const english = old.tracks?.find(({ name }) => name === 'English')?.id;
      const read = async (name: string) => (await fetch(`${api}/v1/assets/${old.id}/${name}`)).text();

      const manifest = JSON.parse(await read('manifest'));
      const caption = await read(`sidecars/${english}.vtt`);

      expect(manifest.asset).toMatchObject({ id: old.id, ...CHOSEN, created_at: '1700000000' });
      expect(manifest.input_info).toMatchObject([
        { settings: { url: 'https://uploads.example.com/lesson-3.mov', language_code: 'fr' } },
        { settings: { overlay_settings: { vertical_align: 'bottom', horizontal_align: 'right' } } },
      ]);
      expect(caption).toBe(ENGLISH);
    });

    test('had its price said beforehand, and each track leads on too', async () => {
      const german = old.tracks?.find(({ language_code }) => language_code === 'de')?.id;

      const track = await call(api, 'GET', `/v1/tracks/${german}`);

      expect(track.body.current_track_id).toBe(
        back.tracks?.find(({ language_code }) => language_code === 'de')?.id,
      );
      expect(quote.body).toMatchObject({
        storage_class: 'DEEP_ARCHIVE',
        size_bytes: 654_855,
        chosen: 'Standard',
        offers: [{ tier: 'Bulk' }, { tier: 'Standard' }],
      });
      expect(record.restore?.estimated_cost_usd).toBe(quote.body.estimated_cost_usd);
    });

    test('deleted again and restored again copies no byte of its master, and all ids still lead on', async () => {
      const before = mastersDownloaded();

      await request(house, back.id);
      const again = await deleteAndRestore(house, back.id);

      expect(mastersDownloaded()).toBe(before);
      expect(await house.simulator.sha256(again.asset.id)).toBe(FILM_SHA256);
      expect(again.asset).toMatchObject(CHOSEN);
      for (const { id } of [...(old.playback_ids ?? []), ...(back.playback_ids ?? [])]) {
        const { body } = await call(api, 'GET', `/v1/playback-ids/${id}`);
        expect(again.asset.playback_ids?.map((each) => each.id)).toContain(body.current_playback_id);
      }
      const { body } = await call(api, 'GET', `/v1/assets/${old.id}`);
      expect(body.current_asset_id).toBe(again.asset.id);
    });
  });

  test('what Mux refuses to create it gets afterwards where there is a way; the rest is lost, and said', async () => {
    const old = await addFullAsset(house.simulator);

    await request(house, old.id);
    await until(api, old.id, ({ status }) => status === 'deleted');
    house.simulator.addFault({
      match: { method: 'POST', path: '/assets$' },
      effect: { kind: 'status', status: 400 },
    });
    const { record, asset: back } = await deleteAndRestore(house, old.id);
    const { body } = await call(api, 'GET', `/v1/assets/${old.id}/fidelity`);

    const rows = body.attributes as { attribute: string; outcome: string }[];
    const named = (outcome: string) =>
      rows.flatMap((row) => (row.outcome === outcome ? [row.attribute] : []));
    expect(named('differs')).toEqual([]);
    expect(named('lost')).toEqual(expect.arrayContaining(['video_quality', 'normalize_audio']));
    expect(record.warnings).toEqual([expect.stringContaining('RESTORE_PLAIN')]);
    expect(back).toMatchObject({ passthrough: CHOSEN.passthrough, meta: CHOSEN.meta, thumbnail_time: 2.5 });
    expect(back.static_renditions?.files).toMatchObject(RENDITIONS);
    expect(back.shots).toBeDefined();
    expect(back.tracks).toMatchObject([{}, { name: 'Version originale' }, { name: 'English' }, {}]);
  });
}
