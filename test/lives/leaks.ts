// Looks through all that a life leaves behind for what must be nowhere (law 6): function logs, every write to the ledger, bus
// events, queue messages, and each object of the vault but the masters themselves.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Rooms of a data directory. What is not here is Mux's own (`mux`), the template (`cdk.out`) or the keys (`credentials.json`). */
const ROOMS = ['logs', 'dynamodb', 'sqs', 's3', 'events.jsonl'];

/** Whatever the secret is, it looks like this. `=` may have been encoded. */
const SHAPES: readonly [string, RegExp][] = [
  ['a presigned URL', /X-Amz-(Signature|Credential|Security-Token)(=|%3D)/i],
  ['a token in a URL', /([?&]|%3F|%26)(token|signature|skid|x-icehouse-token)(=|%3D)[^\s"'&]/i],
  ['the query of a master', /mezzanine\.(mp4|m4a)(\?(?!\[cut\])|%3F)/i],
  ['a JWT', /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\./],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY|LS0tLS1CRUdJTi/],
  ['credentials of a request', /\b(Basic|Bearer) [\w+/=.-]{12,}|AWS4-HMAC-SHA256/],
];

/** Parts of masters are the customer's bytes, and large. */
const MASTER = /\.part$/;

export interface Leak {
  /** Which of the secrets, or what it looks like; never the secret itself. */
  readonly secret: string;
  readonly file: string;
}

/** `secrets` by the name that a finding gives them. */
export function leaksIn(directory: string, secrets: Readonly<Record<string, string>>): readonly Leak[] {
  const files = ROOMS.flatMap((room) => filesBelow(directory, room)).filter((file) => !MASTER.test(file));
  return files.flatMap((file) => {
    // Byte for byte, whatever the file is.
    const text = readFileSync(join(directory, file), 'latin1');
    const values = Object.entries(secrets).filter(([, value]) => text.includes(value));
    const shapes = SHAPES.filter(([, shape]) => shape.test(text));
    return [...values, ...shapes].map(([secret]) => ({ secret, file }));
  });
}

function filesBelow(directory: string, room: string): readonly string[] {
  const path = join(directory, room);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  if (stats.isFile()) return [room];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** The secret key of every function and of the owner, as the data directory keeps them. */
export function accessKeysOf(directory: string): Readonly<Record<string, string>> {
  const file = readFileSync(join(directory, 'credentials.json'), 'utf8');
  const pairs = JSON.parse(file) as Record<string, { readonly secretAccessKey: string }>;
  return Object.fromEntries(
    Object.entries(pairs).map(([who, pair]) => [`the AWS key of ${who}`, pair.secretAccessKey]),
  );
}
