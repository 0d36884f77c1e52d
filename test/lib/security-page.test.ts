// docs/security.md: its tests exist under the names it gives them, and nothing that cdk-nag finds is without a word.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DISCUSSED } from '../../build/nag-discussion.ts';
import { disagreements } from '../../build/nag-reports.ts';
import { securityPage } from '../../docs/security-page.ts';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', ROOT), 'utf8');

/** `test/a.test.ts` "first", "second" */
const NAMED = /`(test\/[\w/.-]+\.ts)` ("(?:\\"|[^"])+"(?:, "(?:\\"|[^"])+")*)/g;
const named = [...page.matchAll(NAMED)].flatMap(([, file = '', names = '']) =>
  [...names.matchAll(/"((?:\\"|[^"])+)"/g)].map(
    ([, name = '']) => [file, name.replaceAll('\\"', '"')] as const,
  ),
);

test.each(named)('%s has a test "%s"', (file, name) => {
  expect(readFileSync(new URL(file, ROOT), 'utf8')).toContain(name);
});

test('every claim names a test or a page', () => {
  const rows = page.split('| what stops it | shown by |\n|---|---|\n').slice(1);
  const claims = rows.flatMap((table) => table.split('\n\n')[0]?.split('\n') ?? []);

  expect(claims.length).toBeGreaterThan(25);
  for (const claim of claims) expect(claim).toMatch(/`test\/|\]\([\w/.-]+\.md\)/);
});

test('is current, with everything that cdk-nag finds discussed (else run npm run docs)', () => {
  expect(page).toBe(securityPage());
});

test('a finding without a discussion, and a discussion without a finding, are said', () => {
  const findings = [{ rule: 'NIST.800.53.R5-New', resources: ['Vault/Bucket'] }];

  expect(disagreements(findings, { 'NIST.800.53.R5-Gone': 'Stays.' })).toEqual([
    'NIST.800.53.R5-New is found, and build/nag-discussion.ts says nothing of it.',
    'NIST.800.53.R5-Gone is no longer found: take its line out of build/nag-discussion.ts.',
  ]);
});

test.each(Object.entries(DISCUSSED))('%s is discussed in a sentence', (_, text) => {
  expect(text).toMatch(/^[A-Z].{10,}\.$/);
});
