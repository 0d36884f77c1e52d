// docs/app-backend.md with its code as the examples have it now: the prose is written there, the blocks are cut from them.
import { readFileSync } from 'node:fs';

/** `<!-- examples/videos.ts follow moveRows -->` and the block below it. */
const BLOCK = /<!-- (examples\/[\w-]+\.ts) ([\w ]+) -->\n```ts\n[\s\S]*?```/g;

export function appBackendPage(): string {
  const page = readFileSync(new URL('app-backend.md', import.meta.url), 'utf8');
  return page.replaceAll(BLOCK, (_, file: string, names: string) => {
    const lines = readFileSync(new URL(file, import.meta.url), 'utf8').split('\n');
    const code = names.split(' ').map((name) => declaration(lines, name));
    return `<!-- ${file} ${names} -->\n\`\`\`ts\n${code.join('\n\n')}\n\`\`\``;
  });
}

/** A function or a text at the top level, with the comment above it. */
function declaration(lines: readonly string[], name: string): string {
  const at = lines.findIndex((line) =>
    new RegExp(`^(export )?(async )?(function|const) ${name}\\b`).test(line),
  );
  if (at < 0) throw new Error(`The examples declare no ${name}.`);
  const above = lines.slice(0, at).findLastIndex((line) => !/^( \*|\/\*\*)/.test(line));
  const end = lines.findIndex((line, index) => index > at && /^\}|`;$/.test(line));
  return lines.slice(above + 1, end + 1).join('\n');
}
