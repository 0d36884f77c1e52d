// The report of a drill: what was tried, when, and what came of it. It is also what `--resume` goes on from.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { CommandError, EXIT } from '../problems.ts';

const check = z.object({
  /** `crc32`, `manifest`, `format`, `duration`, `tracks`, `packets`, `webvtt`, `mux`. */
  name: z.string(),
  ok: z.boolean(),
  expected: z.string(),
  found: z.string(),
});
export type Check = Readonly<z.infer<typeof check>>;

/** An asset made at Mux. Without `deleted_at` it may still be there, and the token is how it is found. */
const trial = z.object({
  token: z.string().regex(/^[0-9a-f]{32,}$/),
  attempted_at: z.string(),
  /** Of Mux, in which it is. Reports of earlier days do not say. */
  environment: z.string().optional(),
  asset_id: z.string().optional(),
  deleted_at: z.string().optional(),
});
export type MuxTrial = Readonly<z.infer<typeof trial>>;

const drilled = z.object({
  asset_id: z.string().regex(/^[A-Za-z0-9]{1,255}$/),
  title: z.string().optional(),
  status: z.string(),
  /** Seconds, as the record has it. */
  duration: z.number().optional(),
  size_bytes: z.number(),
  storage_class: z.string(),
  object: z.string(),
  version_id: z.string(),
  crc32: z.string(),
  estimated_cost_usd: z.number(),
  outcome: z.enum(['pending', 'passed', 'failed']),
  finished_at: z.string().optional(),
  /** From the record to the last byte, the wait for the thaw included. */
  retrieval_seconds: z.number().optional(),
  thaw: z
    .object({ tier: z.string(), cost_usd: z.number(), asked_at: z.string(), ready_by: z.string() })
    .optional(),
  mux: trial.optional(),
  checks: z.array(check),
  problems: z.array(z.looseObject({ code: z.string().optional(), detail: z.string().optional() })),
});
export type Drilled = Readonly<z.infer<typeof drilled>>;

const report = z.object({
  kind: z.literal('icehouse-drill'),
  schema: z.literal(1),
  api: z.string(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  /** The same ledger, seed and number give the same sample. */
  seed: z.string(),
  asked_for: z.number(),
  /** Archives that the sample was drawn from. */
  drawn_from: z.number(),
  tier: z.enum(['Bulk', 'Standard', 'Expedited']).optional(),
  days: z.number(),
  estimate: z.object({ cost_usd: z.number(), within_seconds: z.number(), by: z.string() }),
  directory: z.string(),
  keep: z.boolean(),
  /** Whether each archive also becomes a real asset at Mux for a while. */
  on_mux: z.boolean(),
  results: z.array(drilled),
});
export type DrillReport = Readonly<z.infer<typeof report>>;

/** Whole or not at all: a kill in the middle leaves the report before it. */
export async function writeReport(path: string, value: DrillReport): Promise<void> {
  await writeFile(`${path}.part`, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
  await rename(`${path}.part`, path);
}

/** Throws CommandError NO_REPORT. */
export async function readReport(path: string): Promise<DrillReport> {
  try {
    return report.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const detail = `${path} is not the report of a drill, or cannot be read.`;
    const action = 'Give the JSON file that `icehouse drill --report` wrote.';
    throw new CommandError({ title: 'Not resumed', code: 'NO_REPORT', detail, action }, EXIT.usage, {
      cause,
    });
  }
}
