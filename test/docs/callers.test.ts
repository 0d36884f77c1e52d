// docs/api.md, "Who may call what": every route of the API under the scope that it needs, and no other.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROUTES, SCOPES } from '../../lambdas/contract/routes.ts';

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
const [, section = ''] = /\n## Who may call what\n(.*?)\n## /s.exec(page) ?? [];

test.each(SCOPES)('%s opens what the page says', (scope) => {
  const row = section.split('\n').find((line) => line.startsWith(`| \`${scope}\` |`)) ?? '';
  const told = [...row.matchAll(/`([A-Z]+ \/v1\/[^`]+)`/g)].map(([, route]) => route);

  const open = Object.entries(ROUTES).flatMap(([route, needed]) => (needed === scope ? route : []));

  expect(told.sort()).toEqual(open.sort());
  expect(told.length).toBeGreaterThan(0);
});
