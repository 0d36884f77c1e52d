// Archives out of the vault, several at once: what lies beside the masters first, then thaws of all of them together,
// then each master as soon as it can be read. There is no state but S3's and the destination's: run again, it goes on.
import { TransientError } from '../../lambdas/domain/failures.ts';
import { MINUTE_MS } from '../../lambdas/domain/time.ts';
import { aboutDollars, bytes, minute, plain } from '../format.ts';
import { CommandError, type Problem } from '../problems.ts';
import { type ManifestFacts, masterOf, readManifest, readSmall, smallObjectsOf } from './contents.ts';
import type {
  Archived,
  Destination,
  Placed,
  Retrieved,
  RetrieveOrder,
  RetrievePorts,
  RetrieveView,
  ThawAsked,
} from './order.ts';
import { endsTheRun, explained, retrieveProblem } from './retrieve-problems.ts';
import { askForThaw, isReadable, lookAt } from './thaw.ts';

/** One asset on its way; filled in as it goes. */
interface Trip {
  readonly assetId: string;
  readonly startedMs: number;
  readonly files: Placed[];
  readonly problems: Problem[];
  archived?: Archived;
  thaw?: ThawAsked;
  state: 'to-do' | 'thawing' | 'readable' | 'over';
}

interface Run {
  readonly ports: RetrievePorts;
  readonly to: Destination;
  readonly order: RetrieveOrder;
  readonly view: RetrieveView;
}

/** No thaw is that urgent; and HEADs are cheap. */
const LONGEST_POLL_MS = 5 * MINUTE_MS;

/**
 * `each` is called once for every asset, as soon as it is over. What concerns one asset is in its result; what would
 * meet every other one too (no credentials, a full disk, Ctrl-C) is thrown as a CommandError.
 */
export async function retrieve(
  run: Run,
  each: (result: Retrieved) => Promise<void> = async () => undefined,
): Promise<readonly Retrieved[]> {
  const results: Retrieved[] = [];
  const trips = run.order.assetIds.map((assetId) => begin(run, assetId));
  const finish = async (trip: Trip) => {
    trip.state = 'over';
    const result = resultOf(run, trip);
    results.push(result);
    await each(result);
  };
  try {
    for (const trip of trips) {
      await guarded(run, trip, () => prepare(run, trip));
      if (trip.state === 'over') await finish(trip);
    }
    for (;;) {
      const next = trips.find(({ state }) => state === 'readable');
      if (next) {
        await guarded(run, next, () => fetchMaster(run, next));
        await finish(next);
      } else if (!(await waitForOne(run, trips, finish))) return results;
    }
  } finally {
    run.view.waiting(undefined);
  }
}

function begin({ ports }: Run, assetId: string): Trip {
  return { assetId, startedMs: ports.clock.nowMs(), files: [], problems: [], state: 'to-do' };
}

/** What concerns this asset alone ends its trip. */
async function guarded(run: Run, trip: Trip, step: () => Promise<void>): Promise<void> {
  try {
    run.order.signal.throwIfAborted();
    await step();
  } catch (error) {
    run.order.signal.throwIfAborted();
    const told = explained(error);
    if (!(told instanceof CommandError) || endsTheRun(told)) throw told;
    trip.problems.push(told.problem);
    trip.state = 'over';
  }
}

async function prepare(run: Run, trip: Trip): Promise<void> {
  const { ports, to, order, view } = run;
  const { title, archive } = await ports.record(trip.assetId);
  if (!archive) throw notArchived(trip.assetId);
  const archived: Archived = { assetId: trip.assetId, title, archive };
  trip.archived = archived;
  const head = await lookAt(ports, archive);
  await fetchSmall(run, trip, archived);
  const present = await to.find(trip.assetId, masterOf(archived));
  if (present) {
    view.note(`${nameOf(trip)} is there already, with the proved bytes.`);
    trip.files.push(present);
    trip.state = 'over';
    return;
  }
  const state = await askForThaw(ports, archived, head, order);
  trip.state = state.kind === 'readable' ? 'readable' : 'thawing';
  if (state.kind === 'readable') return;
  trip.thaw = state.thaw;
  view.note(thawNote(trip, archive.size_bytes, state.thaw, state.wasUnderWay));
}

function notArchived(assetId: string): CommandError {
  const detail = `Nothing of asset ${assetId} is in the vault.`;
  return retrieveProblem('NOT_ARCHIVED', detail, '`icehouse status ASSET` shows how far its archive is.');
}

function thawNote(trip: Trip, sizeBytes: number, thaw: ThawAsked, wasUnderWay: boolean): string {
  const by = `readable by ${minute(thaw.ready_by)} at the latest`;
  if (wasUnderWay) return `${nameOf(trip)} is being thawed already: ${by}.`;
  const cost = aboutDollars(thaw.cost_usd);
  return `${nameOf(trip)}: a thaw of ${bytes(sizeBytes)} was asked for (${thaw.tier}, ${cost}), ${by}.`;
}

/** One that is missing or wrong is told, and does not keep the others nor the master from coming. */
async function fetchSmall({ ports, to }: Run, trip: Trip, archived: Archived): Promise<void> {
  let manifest: ManifestFacts | undefined;
  for (const small of smallObjectsOf(archived)) {
    try {
      const { object, body } = await readSmall(ports, archived, small, manifest);
      if (small.name === 'manifest.json') manifest = manifestOf(archived, body);
      const present = await to.find(trip.assetId, object);
      trip.files.push(present ?? (await to.putSmall(trip.assetId, object, body)));
    } catch (error) {
      const told = explained(error);
      if (!(told instanceof CommandError) || endsTheRun(told)) throw told;
      trip.problems.push(told.problem);
    }
  }
}

function manifestOf({ archive }: Archived, body: Uint8Array): ManifestFacts {
  const manifest = readManifest(body);
  if (manifest.masterCrc32 === archive.crc32) return manifest;
  const detail = `The manifest ${archive.manifest_key} is about a master with CRC32 ${manifest.masterCrc32}, the record about ${archive.crc32}.`;
  throw retrieveProblem('MANIFEST_DIFFERS', detail, 'Look at both: `icehouse status ASSET --json`.');
}

async function fetchMaster({ to, order, view }: Run, trip: Trip): Promise<void> {
  if (!trip.archived) return;
  view.waiting(undefined);
  const bar = view.copying(nameOf(trip));
  try {
    const { note } = view;
    const object = masterOf(trip.archived);
    const { progress } = bar;
    trip.files.push(await to.putMaster(trip.assetId, object, { signal: order.signal, note, progress }));
  } finally {
    bar.done();
  }
}

/** Looks at all thaws under way until one is done; false when there is none left. */
async function waitForOne(
  run: Run,
  trips: readonly Trip[],
  finish: (trip: Trip) => Promise<void>,
): Promise<boolean> {
  for (let waitMs = run.order.pollMs; ; waitMs = Math.min(waitMs * 1.5, LONGEST_POLL_MS)) {
    const thawing = trips.filter(({ state }) => state === 'thawing');
    if (thawing.length === 0) return false;
    for (const trip of thawing) await guarded(run, trip, () => lookAgain(run, trip));
    const over = thawing.filter(({ state }) => state === 'over');
    for (const trip of over) await finish(trip);
    if (over.length > 0 || thawing.some(({ state }) => state === 'readable')) return true;
    run.view.waiting(waitingLine(thawing));
    await run.ports.sleep(waitMs, run.order.signal).catch((error: unknown) => {
      run.order.signal.throwIfAborted();
      throw error;
    });
  }
}

async function lookAgain(run: Run, trip: Trip): Promise<void> {
  if (!trip.archived) return;
  const { ports, order } = run;
  try {
    const head = await lookAt(ports, trip.archived.archive);
    if (isReadable(head)) trip.state = 'readable';
    // Neither under way nor done: the copy came and lapsed while nobody looked.
    else if (!head.thaw) await askForThaw(ports, trip.archived, head, order);
  } catch (error) {
    // A wait of hours outlives a lost connection.
    if (!(error instanceof TransientError)) throw error;
    run.view.waiting(`${error.message} Looked for again soon.`);
  }
}

function waitingLine(thawing: readonly Trip[]): string {
  const lastBy = thawing.reduce(
    (last, { thaw }) => (thaw && thaw.ready_by > last ? thaw.ready_by : last),
    '',
  );
  const what = thawing.length === 1 ? nameOf(thawing[0]) : `${thawing.length} masters`;
  return `Waiting for S3 to thaw ${what}, by ${minute(lastBy)} at the latest. Ctrl-C is safe: run again, it goes on.`;
}

function nameOf(trip: Trip | undefined): string {
  return plain(trip?.archived?.title ?? trip?.assetId ?? '');
}

function resultOf({ ports, to }: Run, trip: Trip): Retrieved {
  return {
    asset_id: trip.assetId,
    title: trip.archived?.title,
    outcome: trip.problems.length === 0 ? 'retrieved' : 'failed',
    at: to.placeOf(trip.assetId),
    files: trip.files,
    thaw: trip.thaw,
    problems: trip.problems,
    seconds: (ports.clock.nowMs() - trip.startedMs) / 1000,
  };
}
