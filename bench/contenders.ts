// The programs that the benchmark compares, as shell commands. `$URL`, `$BUCKET`, `$KEY` and `$SIZE` are in their environment.
import { spawnSync } from 'node:child_process';
import { NODE_OPTIONS } from '../lib/function-sizes.ts';
import { CERTIFICATE_FILE } from './tls/identity.ts';

export const CONTENDER_NAMES = ['icehouse', 'lib-storage', 'lib-storage-64', 'rclone', 'curl-aws'] as const;
export type ContenderName = (typeof CONTENDER_NAMES)[number];

export interface Contender {
  readonly name: ContenderName;
  readonly title: string;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Programs that must answer to `--version`, or `version`. */
  readonly needs: readonly (readonly string[])[];
}

const RCLONE_REMOTE = {
  RCLONE_CONFIG_BENCH_TYPE: 's3',
  RCLONE_CONFIG_BENCH_PROVIDER: 'Other',
  RCLONE_CONFIG_BENCH_ENV_AUTH: 'true',
};

/** `programs` holds the bundles; `s3Url` is where they send to. */
export function contenders(programs: string, s3Url: string): readonly Contender[] {
  const node = (file: string, more = '') =>
    `"${process.execPath}" "${programs}/${file}.mjs" "$URL" "$BUCKET" "$KEY" ${more}`;
  return [
    {
      name: 'icehouse',
      title: "Icehouse, the Lambda's copy function",
      command: node('icehouse'),
      env: { NODE_OPTIONS },
      needs: [],
    },
    {
      name: 'lib-storage',
      title: 'undici -> lib-storage Upload, defaults',
      command: node('lib-storage'),
      env: {},
      needs: [],
    },
    {
      name: 'lib-storage-64',
      title: 'undici -> lib-storage Upload, 64 MiB parts',
      command: node('lib-storage', String(64 * 1024 ** 2)),
      env: {},
      needs: [],
    },
    {
      name: 'rclone',
      title: 'rclone copyurl',
      command: `rclone copyurl --s3-no-check-bucket --ca-cert "${CERTIFICATE_FILE}" "$URL" "bench:$BUCKET/$KEY"`,
      env: { ...RCLONE_REMOTE, RCLONE_CONFIG_BENCH_ENDPOINT: s3Url },
      needs: [['rclone', 'version']],
    },
    {
      name: 'curl-aws',
      title: 'curl | aws s3 cp -',
      command: `curl -sS --fail --cacert "${CERTIFICATE_FILE}" "$URL" | aws s3 cp --expected-size "$SIZE" - "s3://$BUCKET/$KEY"`,
      env: { AWS_CA_BUNDLE: CERTIFICATE_FILE },
      needs: [
        ['curl', '--version'],
        ['aws', '--version'],
      ],
    },
  ];
}

/** Really runs what it needs: a shim that stands on the path may still be broken. */
export function isInstalled({ needs }: Contender): boolean {
  return needs.every(([program = '', ...args]) => spawnSync(program, args).status === 0);
}
