// `npm run docs`: writes the pages of docs/ that are made from the code, and the client's types, made from openapi.yaml.
// A test fails while one of them is not current.
import { writeFileSync } from 'node:fs';
import { appBackendPage } from './app-backend-page.ts';
import { clientTypes } from './client-types.ts';
import { commandPage } from './command-page.ts';
import { constructPage } from './construct-page.ts';
import { fidelityPage } from './fidelity-page.ts';
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
}
