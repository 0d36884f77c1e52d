// A small part of IAM: does a role's list of statements allow an action on a resource? Conditions count as met
// in an Allow and as not met in a Deny, so a laptop forbids less than AWS does, never more.
import type { PolicyStatement } from './plan.ts';

/** `*` is any text, `?` any one character, as in IAM. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

const covers = ({ actions, resources }: PolicyStatement, action: string, resource: string) =>
  // Actions are case-insensitive, resources are not (IAM JSON policy reference, Action and Resource).
  actions.some((pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase())) &&
  resources.some((pattern) => matchesWildcard(pattern, resource));

export function isAllowed(statements: readonly PolicyStatement[], action: string, resource: string): boolean {
  const matching = statements.filter((statement) => covers(statement, action, resource));
  const denied = matching.some(({ effect, conditional }) => effect === 'Deny' && !conditional);
  return !denied && matching.some(({ effect }) => effect === 'Allow');
}
