// `npm run docs`: writes the pages of docs/ that are made from the code, and the client's types, made from openapi.yaml.
// A test fails while one of them is not current.
import { readFileSync, writeFileSync } from 'node:fs';
import { appBackendPage } from './app-backend-page.ts';
import { clientTypes } from './client-types.ts';
import { commandPage } from './command-page.ts';
import { constructPage } from './construct-page.ts';
import { fidelityPage } from './fidelity-page.ts';
import { idleCost } from './idle-cost.ts';
import { operatingPage } from './operating-page.ts';
import { pricesPage } from './prices-page.ts';

/** By the name of its file beside this one. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'app-backend.md': appBackendPage,
  'as-a-construct.md': constructPage,
  'command.md': commandPage,
  'fidelity.md': fidelityPage,
  'prices.md': pricesPage,
  '../client/types.ts': clientTypes,
};

if (process.argv[1] === import.meta.filename) {
  for (const [name, page] of Object.entries(PAGES)) writeFileSync(new URL(name, import.meta.url), page());
  // Imported here, since they bring the CDK along; their tests are in test/lib/, upgrade.test.ts and security-page.test.ts.
  const { defaultTemplate } = await import('./default-template.ts');
  const { securityPage } = await import('./security-page.ts');
  writeFileSync(new URL('security.md', import.meta.url), securityPage());
  const operating = new URL('operating.md', import.meta.url);
  writeFileSync(operating, operatingPage(readFileSync(operating, 'utf8'), idleCost(defaultTemplate())));
}
