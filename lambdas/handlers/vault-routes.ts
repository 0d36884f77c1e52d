// Routes of function "api" that answer with a file out of the vault: manifest and sidecars, byte for byte.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { s3 } from '../adapters/clients.ts';
import { config, ledger } from '../adapters/host.ts';
import { createVault } from '../adapters/vault.ts';
import { fidelityOf } from '../stages/fidelity-view.ts';
import { findFile, MANIFEST, readFile, type VaultFile } from '../stages/vault-files.ts';
import { json, problem } from './answers.ts';
import * as door from './request-body.ts';

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

let vault: ReturnType<typeof createVault> | undefined;

function openVault() {
  vault ??= createVault({ client: s3(), bucket: config.bucket, bucketOwner: config.bucketOwner });
  return vault;
}

export const vaultRoutes: Record<string, (event: Event) => Promise<Result>> = {
  'GET /v1/assets/{asset_id}/manifest': (event) => serve(event, MANIFEST),

  'GET /v1/assets/{asset_id}/sidecars/{name}': (event) =>
    serve(event, door.parse(door.fileName, event.pathParameters?.name, 'name')),

  'GET /v1/assets/{asset_id}/fidelity': async (event) => {
    const assetId = door.parse(door.assetId, event.pathParameters?.asset_id, 'asset_id');
    const answer = await fidelityOf({ ledger, vault: openVault() }, assetId);
    return answer.kind === 'view' ? json(200, answer.view) : problem(answer.problem);
  },
};

async function serve(event: Event, name: string): Promise<Result> {
  const assetId = door.parse(door.assetId, event.pathParameters?.asset_id, 'asset_id');
  const found = await findFile(ledger, assetId, name);
  if (found.kind === 'problem') return problem(found.problem);
  const headers = headersOf(found.file);
  if (isKnown(event, headers.etag)) return { statusCode: 304, headers };
  const content = await readFile(openVault(), found.file);
  switch (content.kind) {
    case 'problem':
      return problem(content.problem);
    case 'elsewhere':
      return { statusCode: 307, headers: { location: content.url, 'cache-control': 'no-store' } };
    case 'body':
      // In base64 whatever it is: no byte of it is to be taken for a character.
      return {
        statusCode: 200,
        headers,
        isBase64Encoded: true,
        body: Buffer.from(content.body).toString('base64'),
      };
    default:
      return content satisfies never;
  }
}

/** A name may stand for a newer version tomorrow, so it is asked for each time; a version never changes. */
function headersOf({ contentType, version_id }: VaultFile) {
  return {
    'content-type': contentType,
    etag: `"${version_id}"`,
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
  };
}

function isKnown({ headers }: Event, etag: string): boolean {
  const known = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known?.includes(etag) === true;
}
