// `icehouse certificate`: one page about one video, for an auditor.
import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Manifest } from '../../lambdas/domain/manifest.ts';
import { id } from '../arguments.ts';
import { regionOf } from '../credentials.ts';
import { CommandError, EXIT } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';
import { readManifest } from '../sidecar-files.ts';
import { certificateOf } from '../trail/certificate.ts';
import { certificatePage } from '../trail/certificate-page.ts';
import { bucketOption, type VaultPlace, vaultPlace } from '../trail/which-vault.ts';

interface Options {
  readonly bucket?: string;
  readonly out?: string;
  readonly trail: boolean;
}

const MORE = `
Record and manifest come from the API; the trail is read from AWS directly, with the
credentials of the AWS CLI (s3:ListBucket on the vault, s3:GetObject on its trail/*).
AWS_ENDPOINT_URL_S3 names another S3. --no-trail leaves AWS alone, and the page says so.
Nothing but what the record says up to its last change is on the page: made again, it
is the same, byte for byte. With --json, the same facts as JSON.

Example:
  $ icehouse certificate 01Tq7hnCrmxvE8OrKhQ7 --out certificate.html`;

export function addCertificate(
  program: Command,
  open: OpenSession,
  s3: { readonly pathStyle: boolean },
): void {
  program
    .command('certificate')
    .summary('one page about one video, for an auditor')
    .description(
      'Makes an HTML page: who asked for the deletion, when the video was archived, as which object with which checksum, ' +
        'when it was deleted and under which request id of Mux, and every entry of its history held against the audit trail.',
    )
    .argument('<asset>', 'asset id', id)
    .addOption(new Option('--out <file>', 'write it there, not to the screen'))
    .addOption(bucketOption())
    .option('--no-trail', 'without reading the trail')
    .addHelpText('after', MORE)
    .action(async (asset: string, options: Options, command: Command) => {
      const session = open(command);
      const vaultOf = (known: string | undefined) => vaultPlace(command, session, options.bucket, known);
      const certificate = await certify(session, asset, options.trail ? vaultOf : undefined, s3);
      const page = certificatePage(certificate);
      const { out } = options;
      if (out === undefined) return show(session, certificate, () => page.trimEnd());
      await writeFile(out, session.json ? `${JSON.stringify(certificate, null, 2)}\n` : page).catch(
        notWritten,
      );
      if (!session.json) session.screen.print(`Written to ${out}.`);
    });
}

async function certify(
  { api, apiUrl }: Session,
  asset: string,
  vaultOf: ((known: string | undefined) => VaultPlace) | undefined,
  s3: { readonly pathStyle: boolean },
) {
  const record = await api.status(asset);
  const manifest = record.archive && (await manifestOf({ api }, asset));
  if (!vaultOf) return certificateOf(record, manifest, undefined);
  // The AWS libraries are loaded by the commands that need them.
  const { withTrail } = await import('../trail/open-trail.ts');
  try {
    const place = { region: regionOf(apiUrl), ...vaultOf(record.archive?.bucket), ...s3 };
    return await withTrail(place, (trail) => certificateOf(record, manifest, trail));
  } catch (error) {
    throw error instanceof CommandError ? withoutTrail(error) : error;
  }
}

/** The trail is what is missing, and the page can be made without it. */
function withoutTrail({ problem, code, exitCode, cause }: CommandError): CommandError {
  const title = 'No certificate: the trail cannot be read';
  const action = `${NEEDS[code] ?? problem.action ?? ''} Or leave the trail out: --no-trail.`.trim();
  return new CommandError({ ...problem, code, title, action }, exitCode, { cause });
}

const NEEDS: Readonly<Record<string, string>> = {
  NO_REGION: 'Set AWS_REGION to that of the vault (and ICEHOUSE_BUCKET, or --bucket, if it is another).',
};

/** What the vault no longer has, or nobody can read, is said on the page. */
async function manifestOf({ api }: Pick<Session, 'api'>, asset: string): Promise<Manifest | undefined> {
  try {
    return (await readManifest(api, asset)).manifest;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT.refused && !error.passing) return undefined;
    throw error;
  }
}

function notWritten(cause: unknown): never {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const problem = {
    title: 'Not written',
    code: 'NOT_WRITTEN',
    detail,
    action: 'Name another file by --out.',
  };
  throw new CommandError(problem, EXIT.refused, { cause });
}
