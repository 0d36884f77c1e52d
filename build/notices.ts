// The licenses of the packages whose code is bundled: each asks that its text goes with every copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** `inputs`: paths of bundled files, absolute or from `root`. A text that many packages share stands there once. */
export function notices(root: string, inputs: readonly string[]): string {
  const packages = new Set(inputs.flatMap((path) => packageOf(relative(root, resolve(root, path))) ?? []));
  const namesByText = new Map<string, string[]>();
  for (const path of [...packages].sort()) {
    const { name, text } = licenseOf(join(root, path));
    namesByText.set(text, [...(namesByText.get(text) ?? []), name]);
  }
  return [...namesByText].map(([text, names]) => `--- ${names.join(', ')}\n\n${text}\n`).join('\n\n');
}

/** `node_modules/@scope/name`, also of a package inside another one. */
function packageOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function licenseOf(directory: string): { readonly name: string; readonly text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const files = readdirSync(directory).filter((file) => /^(licen[sc]e|notice)(\.\w+)?$/i.test(file));
  const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim());
  return { name: `${name} ${version}`, text: [`License: ${license}`, ...texts].join('\n\n') };
}
