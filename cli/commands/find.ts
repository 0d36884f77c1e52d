// `icehouse find`: a video by whatever the support ticket names.
import type { Command } from 'commander';
import type { Findings, Match } from '../../client/icehouse.ts';
import { clockTime, plain } from '../format.ts';
import { factTable } from '../render.ts';
import type { Screen } from '../screen.ts';
import { type OpenSession, show } from '../session.ts';

export function addFind(program: Command, open: OpenSession): void {
  program
    .command('find')
    .summary('a video by any id, a playback URL, your own id, or its group')
    .description(
      'Finds a video by any id it ever had, a URL with one in its path, the external_id of its metadata, or a group.',
    )
    .argument('<text>', 'what the ticket names')
    .addHelpText(
      'after',
      "\nExample:\n  $ icehouse find 'https://stream.mux.com/pQr5T00pUblic.m3u8?token=...'",
    )
    .action(async (text: string, _: object, command: Command) => {
      const session = open(command);
      const findings = await session.api.find(withoutSecrets(text));
      show(session, findings, () => findingsView(findings, session.screen));
    });
}

/** The query of a URL may be a token, and says nothing of which video it is: it does not leave this machine. */
export function withoutSecrets(text: string): string {
  if (!text.includes('/')) return text;
  return text.replace(/[?#].*$/s, '').replace(/\/\/[^/@]*@/, '//');
}

function findingsView({ matches, groups }: Findings, screen: Screen): string {
  const ofGroups = groups.map((group) => `All of the group: icehouse group '${plain(group)}'`);
  if (matches.length === 0) return 'Nothing found: nobody asked to delete it, or it goes by another id.';
  return [...matches.map((match) => matchView(match, screen)), ...ofGroups].join('\n\n');
}

function matchView(match: Match, screen: Screen): string {
  const { title, duration, group_id, poster, current_asset_id, asset_id } = match;
  const length = duration === undefined ? '' : `, ${clockTime(duration)} long`;
  const heading = screen.paint('bold', plain(title ?? asset_id)) + length;
  const facts: [string, string][] = [
    ['asset', asset_id],
    ['found by', `${match.matched_by} ${plain(match.matched)}`],
    ['status', match.status],
    ...(group_id ? ([['group', plain(group_id)]] as [string, string][]) : []),
    ...(current_asset_id && current_asset_id !== asset_id
      ? ([['now on Mux', current_asset_id]] as [string, string][])
      : []),
    ...(poster ? ([['poster', `icehouse sidecars ${asset_id}`]] as [string, string][]) : []),
  ];
  return [heading, plain(match.summary), factTable(facts, screen)].join('\n');
}
