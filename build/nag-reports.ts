// `npm run nag`: runs cdk-nag's Serverless and NIST 800-53 r5 packs over the stack as reports, each finding with what there is to
// say of it (nag-discussion.ts). Fails for a finding that nobody discussed, and for a discussion without its finding.
import { type Stack, Validations } from 'aws-cdk-lib/core';
import { type NagPack, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { withStack } from '../test/lib/synthesized.ts';
import { DISCUSSED } from './nag-discussion.ts';

export interface Finding {
  readonly rule: string;
  /** Paths in the construct tree, without the stack and the construct that all of them share. */
  readonly resources: readonly string[];
}

export interface Acknowledged {
  readonly rule: string;
  readonly reason: string;
}

/** Calls `use` with a stack that has whatever a prop may add to it and is no choice between two. */
export function withReportedStack<T>(use: (stack: Stack) => T): T {
  return withStack(() => ({ webhooks: { urls: ['https://app.example.com/icehouse'] } }), use);
}

/** By rule, in the alphabet's order. */
export function findingsOf(stack: Stack): readonly Finding[] {
  const packs: readonly NagPack[] = [new NIST80053R5Checks(), new ServerlessChecks()];
  const found = packs.flatMap((pack) => pack.validateScope(stack).violations);
  return found
    .map(({ ruleName: rule, violatingResources = [] }) => ({
      rule,
      resources: violatingResources.map(({ constructPath }) => shortPath(constructPath ?? '')),
    }))
    .sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** What AwsSolutions, which has to pass, was told to let be: one of each rule and reason. */
export function acknowledgedIn(stack: Stack): readonly Acknowledged[] {
  const told = stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>));
  const distinct = new Map(
    told.map(([id, reason]) => [`${shortRule(id)} ${reason}`, { rule: shortRule(id), reason }]),
  );
  return [...distinct.values()].sort((one, other) => (one.rule < other.rule ? -1 : 1));
}

/** In words, one each; empty when findings and discussions are the same. */
export function disagreements(findings: readonly Finding[], discussed = DISCUSSED): readonly string[] {
  const found = new Set(findings.map(({ rule }) => rule));
  const silent = [...found].filter((rule) => !(rule in discussed));
  const gone = Object.keys(discussed).filter((rule) => !found.has(rule));
  return [
    ...silent.map((rule) => `${rule} is found, and build/nag-discussion.ts says nothing of it.`),
    ...gone.map((rule) => `${rule} is no longer found: take its line out of build/nag-discussion.ts.`),
  ];
}

function shortPath(path: string): string {
  return path.replace(/^Icehouse\/Icehouse\//, '').replace(/\/Resource$/, '');
}

/** Without what hashes and prefixes of the CDK add to it. */
function shortRule(id: string): string {
  return id
    .replace(/^annotation::/i, '')
    .replace(/<Icehouse[A-Za-z]+?([A-Z][a-z]+)[0-9A-F]{8}\.Arn>/, '<$1>');
}

function print(findings: readonly Finding[]): void {
  for (const { rule, resources } of findings) {
    const lines = [`${rule}: ${resources.length}`, `  ${DISCUSSED[rule] ?? 'not discussed'}`];
    console.log([...lines, ...resources.map((resource) => `    ${resource}`)].join('\n'));
  }
}

if (process.argv[1] === import.meta.filename) {
  const findings = withReportedStack(findingsOf);
  print(findings);
  const wrong = disagreements(findings);
  for (const line of wrong) console.error(line);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
