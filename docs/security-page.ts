// docs/security.md with its tables as the stack has them now: the prose is written there, what stands between
// `<!-- made: name -->` and `<!-- end -->` is made here, of one synthesized stack.
import { readFileSync } from 'node:fs';
import { DISCUSSED } from '../build/nag-discussion.ts';
import {
  type Acknowledged,
  acknowledgedIn,
  disagreements,
  type Finding,
  findingsOf,
  withReportedStack,
} from '../build/nag-reports.ts';
import { actionsTable, forbiddenToAll, powersTable, rolesOf } from './security-roles.ts';

const BLOCK = /<!-- made: (\w+) -->\n[\s\S]*?<!-- end -->/g;

/** Throws an Error for a finding that nobody discussed, a discussion without a finding, and a block that is unknown. */
export function securityPage(): string {
  const blocks = withReportedStack((stack) => {
    const roles = rolesOf(stack);
    const findings = findingsOf(stack);
    const wrong = disagreements(findings);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    return new Map([
      ['powers', table(powersTable(roles))],
      ['forbidden', forbiddenToAll(roles).map(code).join(', ')],
      ['actions', table(actionsTable(roles))],
      ['findings', table([['rule', 'resources', 'what there is to say'], ...findings.map(rowOf)])],
      ['acknowledged', table([['rule', 'of', 'reason'], ...reasonsOf(acknowledgedIn(stack))])],
    ]);
  });
  const page = readFileSync(new URL('security.md', import.meta.url), 'utf8');
  return page.replaceAll(BLOCK, (_, name: string) => {
    const block = blocks.get(name);
    if (block === undefined) throw new Error(`docs/security.md wants a block ${name}, which nobody makes.`);
    return `<!-- made: ${name} -->\n${block}\n<!-- end -->`;
  });
}

function rowOf({ rule, resources }: Finding): readonly string[] {
  return [code(rule), String(resources.length), DISCUSSED[rule] ?? ''];
}

/** One row for all that has the same rule and reason, such as the patterns of keys. */
function reasonsOf(acknowledged: readonly Acknowledged[]): readonly (readonly string[])[] {
  const groups = Map.groupBy(acknowledged, ({ rule, reason }) => `${ruleOf(rule)} ${reason}`);
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (!first) return [];
    const finer = [first, ...more].flatMap(({ rule }) => /\[(.*)\]/.exec(rule)?.[1] ?? []);
    return [[code(ruleOf(first.rule)), finer.map(code).join(', '), first.reason]];
  });
}

function ruleOf(id: string): string {
  return id.replace(/\[.*\]$/, '');
}

function code(text: string): string {
  return `\`${text}\``;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
