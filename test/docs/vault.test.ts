// The page that must be right on the day when nothing of Icehouse is left: keys as they are written, commands as they run.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  captionKey,
  comparisonKey,
  manifestKey,
  masterKey,
  parseKey,
  sidecarKey,
  slimCaptionKey,
  slimEntryKey,
} from '../../lambdas/contract/keys.ts';

const PAGE = readFileSync(new URL('../../docs/vault.md', import.meta.url), 'utf8');
const FOLDER = { environment: 'ENVIRONMENT', assetId: 'ASSET', life: 1 };

/** The page's layout, with the names that its commands use. */
const layout = [...PAGE.matchAll(/^(mux\/\{environment\}\S*(?: asset\}\.json)?)/gm)].map(([, key = '']) =>
  key
    .replace('{environment}', 'ENVIRONMENT')
    .replace('{asset}', 'ASSET')
    .replace('{life}', '1')
    .replace('{track}', 'TRACK')
    .replace('{new asset}', 'NEW')
    .replace('{act}', 'ACT'),
);

test('the layout is the one that keys are made by', () => {
  expect(layout).toEqual([
    manifestKey(FOLDER),
    masterKey(FOLDER, 'mp4'),
    captionKey(FOLDER, 'TRACK'),
    sidecarKey(FOLDER, 'poster.jpg'),
    comparisonKey(FOLDER, 'NEW'),
    slimEntryKey({ ...FOLDER, name: 'ACT' }),
    slimCaptionKey({ ...FOLDER, name: 'ACT' }, 'TRACK'),
  ]);
  expect(PAGE).toContain('master.m4a');
  expect(masterKey(FOLDER, 'm4a')).toBe('mux/ENVIRONMENT/ASSET/1/master.m4a');
});

test('every key in its commands lies where Icehouse writes', () => {
  const keys = [...PAGE.matchAll(/--key (mux\/\S+)/g)].map(([, key = '']) => key);
  const prefixes = [...PAGE.matchAll(/--prefix (mux\/\S+)/g)].map(([, prefix = '']) => prefix);

  expect(keys.map((key) => parseKey(key))).toEqual([FOLDER]);
  expect(keys).toEqual([manifestKey(FOLDER)]);
  expect(prefixes.map((prefix) => manifestKey(FOLDER).startsWith(prefix))).toEqual([true]);
});

test('every command for an object that may have versions names the version', () => {
  const commands = [...PAGE.matchAll(/^aws s3api .*--key MASTER_KEY.*$/gm)].map(([line]) => line);

  expect(commands.length).toBeGreaterThanOrEqual(4);
  for (const command of commands) expect(command).toContain('--version-id VERSION');
});

test('the line that checks a file gives the CRC32 as the manifest has it', () => {
  const [, program = ''] = /^node -e '(.+)' < master\.mp4$/m.exec(PAGE) ?? [];

  const printed = execFileSync(process.execPath, ['-e', program], { input: '123456789' });

  // The check value of CRC-32/ISO-HDLC, 0xCBF43926, in base64.
  expect(printed.toString().trim()).toBe('y/Q5Jg==');
});
