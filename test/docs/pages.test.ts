// The pages that are made from the code say what the code says.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGES } from '../../docs/generate.ts';

test.each(Object.entries(PAGES))('docs/%s is current (else run npm run docs)', (name, page) => {
  const written = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

  expect(written).toBe(page());
});
