// `icehouse audit`: whether ledger, vault and Mux say the same, and what to do where they do not.
import { type Command, Option } from 'commander';
import type { Audit } from '../api.ts';
import { seconds } from '../arguments.ts';
import { auditView, standing } from '../audit-view.ts';
import { EXIT } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface Options {
  readonly start?: true;
  readonly wait?: true;
  readonly interval: number;
}

export function addAudit(program: Command, open: OpenSession): void {
  program
    .command('audit')
    .summary('whether ledger, vault and Mux say the same')
    .description(
      'Shows the latest audit, which is made every night: archives without their objects, objects without a record, ' +
        'what differs, what somebody else deleted, what is still at Mux. It changes nothing. ' +
        'Ends with 1 when an error was found.',
    )
    .option('--start', 'begin one now, or go on with the one under way')
    .option('--wait', 'until it is finished')
    .addOption(new Option('--interval <seconds>', 'between two looks').argParser(seconds).default(2))
    .addHelpText('after', '\nExample:\n  $ icehouse audit --start --wait')
    .action(async (options: Options, command: Command) => {
      const session = open(command);
      const begun = options.start ? await session.api.startAudit() : await session.api.audit('latest');
      const audit = options.wait ? await finished(session, begun, options.interval * 1_000) : begun;
      const whole = await withAllFindings(session, audit);
      if (whole.errors > 0) session.exitWith(EXIT.refused);
      show(session, whole, () => {
        const view = auditView(whole, session.screen);
        return whole.finished_at ? view : `${view}\n\nFollow it: icehouse audit --wait`;
      });
    });
}

/** One line each time it has come further; nothing with `--json`. */
async function finished(session: Session, begun: Audit, intervalMs: number): Promise<Audit> {
  let audit = begun;
  let said = '';
  while (!audit.finished_at) {
    const line = standing(audit);
    if (!session.json && line !== said) session.screen.print(line);
    said = line;
    await session.sleep(intervalMs);
    audit = await session.api.audit(begun.id);
  }
  return audit;
}

async function withAllFindings({ api }: Session, audit: Audit): Promise<Audit> {
  const findings = [...audit.findings];
  let cursor = audit.next_cursor;
  while (cursor !== null) {
    const page = await api.audit(audit.id, cursor);
    findings.push(...page.findings);
    // A cursor that does not move would never end.
    cursor = page.next_cursor === cursor ? null : page.next_cursor;
  }
  return { ...audit, findings, next_cursor: null };
}
