// `icehouse find`: a video, or all of a person's, by whatever the support ticket names.
import type { Command } from 'commander';
import type { Findings } from '../../client/icehouse.ts';
import type { IcehouseApi } from '../api.ts';
import { counting } from '../cost/counting.ts';
import { findingsView } from '../findings-view.ts';
import { EXIT } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';

const MORE = `
Of a group it shows the first ten, of a person (who made videos, or asked for their
deletion) the newest 25: --all shows all of the person's. Titles are not searched.
Ends with 1 when nothing is found.

Example:
  $ icehouse find 'https://stream.mux.com/pQr5T00pUblic.m3u8?token=...'
  $ icehouse find teacher-7 --all`;

export function addFind(program: Command, open: OpenSession): void {
  program
    .command('find')
    .summary('a video by any id or URL; all of a group or a person')
    .description(
      'Finds a video by any id it ever had, a URL with one in its path, or the external_id of its metadata; and the ' +
        'videos of a group, of who made them (creator_id), or of who asked for their deletion.',
    )
    .argument('<text>', 'what the ticket names')
    .option('--all', "all of a person's videos")
    .addHelpText('after', MORE)
    .action(async (text: string, { all }: { all?: true }, command: Command) => {
      const session = open(command);
      const wanted = withoutSecrets(text);
      const findings = all ? await everyPage(session, wanted) : await session.api.find(wanted);
      show(session, findings, () => findingsView(findings, wanted, session.screen));
      if (findings.matches.length + findings.groups.length === 0) session.exitWith(EXIT.refused);
    });
}

/** The query of a URL may be a token, and says nothing of which video it is: it does not leave this machine. */
export function withoutSecrets(text: string): string {
  if (!text.includes('/')) return text;
  return text.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//');
}

async function everyPage(session: Session, text: string): Promise<Findings> {
  const progress = counting(session, 'videos found', session.json);
  try {
    return await pagesOf(session.api, text, progress.count);
  } finally {
    progress.done();
  }
}

async function pagesOf(api: IcehouseApi, text: string, count: (found: number) => void): Promise<Findings> {
  const first = await api.find(text);
  const matches = [...first.matches];
  let cursor = first.next_cursor;
  while (cursor) {
    const page = await api.find(text, cursor);
    matches.push(...page.matches);
    count(matches.length);
    // A cursor that does not move would never end.
    if (page.next_cursor === cursor) break;
    cursor = page.next_cursor;
  }
  return { ...first, matches, next_cursor: null };
}
