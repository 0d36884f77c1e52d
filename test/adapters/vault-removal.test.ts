// What the vault makes of the answers to DeleteObjects that the embedded S3 server does not give.
// Pages are below docs.aws.amazon.com/AmazonS3/latest/.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { createVault } from '../../lambdas/adapters/vault.ts';
import type { Vault } from '../../lambdas/stages/ports.ts';

const OBJECT = { key: 'mux/env/asset1/1/master.mp4', versionId: 'v1' };

interface Answers {
  /** Of DeleteObjects: the code for the one version, or a refusal of the whole request. */
  readonly code?: string;
  readonly refusal?: number;
  /** Of the HEAD that follows. */
  readonly head?: readonly [status: number, headers?: Readonly<Record<string, string>>];
}

async function vaultOn({ code, refusal, head = [500] }: Answers): Promise<Vault> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'HEAD') response.writeHead(head[0], head[1]).end();
      else if (refusal) response.writeHead(refusal).end('<Error><Code>AccessDenied</Code></Error>');
      else response.writeHead(200).end(deleteResult(code));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return createVault({ client, bucket: 'vault' });
}

function deleteResult(code: string | undefined): string {
  const place = `<Key>${OBJECT.key}</Key><VersionId>${OBJECT.versionId}</VersionId>`;
  const error = code && `<Error>${place}<Code>${code}</Code><Message>no</Message></Error>`;
  return `<?xml version="1.0"?><DeleteResult>${error ?? ''}</DeleteResult>`;
}

const LOCKED = {
  'x-amz-object-lock-mode': 'COMPLIANCE',
  'x-amz-object-lock-retain-until-date': '2036-11-22T12:00:00Z',
};

test.each<[string, Answers, Awaited<ReturnType<Vault['removeVersions']>>]>([
  // API/API_DeleteObjects.html, quiet mode: "only returns errors" (documented)
  ['a quiet answer', {}, []],
  // API/API_HeadObject.html (documented)
  [
    'a lock with its end',
    { code: 'AccessDenied', head: [200, LOCKED] },
    [{ ...OBJECT, untilMs: Date.UTC(2036, 10, 22, 12) }],
  ],
  // userguide/object-lock.html: both may hold, and the hold has no end (documented)
  [
    'a lock under a legal hold without an end',
    { code: 'AccessDenied', head: [200, { ...LOCKED, 'x-amz-object-lock-legal-hold': 'ON' }] },
    [OBJECT],
  ],
  // Reported of MinIO: github.com/minio/minio/pull/11086
  ['a version that another S3 does not know as removed', { code: 'NoSuchVersion' }, []],
  // Assumed: another has removed it between the two calls.
  ['a version that is gone by the second look as removed', { code: 'AccessDenied', head: [404] }, []],
])('reads %s', async (_, answers, expected) => {
  const vault = await vaultOn(answers);

  const kept = await vault.removeVersions([OBJECT]);

  expect(kept).toEqual(expected);
});

test.each<[string, string, Answers]>([
  // userguide/troubleshoot-403-errors.html: AccessDenied of a role or policy looks the same (documented)
  ['VAULT_DENIED', 'a version that no lock keeps is refused', { code: 'AccessDenied', head: [200] }],
  // userguide/object-lock.html: "Delete markers are not WORM-protected"; API/API_HeadObject.html: 405 (documented)
  ['VAULT_DENIED', 'a delete marker is refused', { code: 'AccessDenied', head: [405] }],
  ['VAULT_DENIED', 'the lock may not be looked at', { code: 'AccessDenied', head: [403] }],
  ['VAULT_DENIED', 'the whole request is refused', { refusal: 403 }],
  // API/ErrorResponses.html (documented)
  ['VAULT_UNAVAILABLE', 'S3 fails at one version', { code: 'InternalError' }],
  ['VAULT_UNAVAILABLE', 'S3 fails at the second look', { code: 'AccessDenied', head: [500] }],
])('fails as %s where %s', async (code, _, answers) => {
  const vault = await vaultOn(answers);

  await expect(vault.removeVersions([OBJECT])).rejects.toThrow(expect.objectContaining({ code }));
});
