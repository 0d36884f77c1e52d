// A small part of IAM: does a role's list of statements allow an action on a resource, in the context of a request?
// Identity policies only. docs/decisions/0032-iam-evaluated.md says why it is ours.
import type { PolicyCondition, PolicyStatement } from './plan.ts';

/** The values that a request gives to condition keys, such as `dynamodb:LeadingKeys`. */
export type RequestContext = Readonly<Record<string, readonly string[]>>;

/** Each pattern of a plan is compiled once, since every AWS call of every function is matched against them. */
const compiled = new Map<string, RegExp>();

/** `*` is any text, `?` any one character, as in IAM. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const known = compiled.get(pattern) ?? compile(pattern);
  compiled.set(pattern, known);
  return known.test(text);
}

function compile(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}

/** Actions are case-insensitive, resources are not (IAM JSON policy reference, Action and Resource). */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesWildcard(pattern.toLowerCase(), action.toLowerCase());
}

/** How a value of the request is compared with one of the policy. */
const COMPARISONS = {
  StringEquals: (wanted: string, given: string) => wanted === given,
  StringLike: matchesWildcard,
} as const satisfies Record<string, (wanted: string, given: string) => boolean>;

/** Which of a key's values must compare; a plain operator is for keys of one value. */
const QUANTIFIERS = ['', 'ForAnyValue:', 'ForAllValues:'] as const;

type Comparison = keyof typeof COMPARISONS;
export type ConditionOperator = `${(typeof QUANTIFIERS)[number]}${Comparison}`;

export const CONDITION_OPERATORS = Object.keys(COMPARISONS).flatMap((comparison) =>
  QUANTIFIERS.map((quantifier): ConditionOperator => `${quantifier}${comparison as Comparison}`),
);

/** Condition keys that the checking doors give values to; the reader stops at any other. */
export const CONDITION_KEYS = ['dynamodb:LeadingKeys', 'kms:ViaService'] as const;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
function isMet({ operator, key, values }: PolicyCondition, context: RequestContext): boolean {
  const given = context[key] ?? [];
  const compare = COMPARISONS[operator.replace(/^.*:/, '') as Comparison];
  const isWanted = (value: string) => values.some((wanted) => compare(wanted, value));
  // "For all values" is true of a request that has none: AWS itself warns of it.
  return operator.startsWith('ForAllValues:') ? given.every(isWanted) : given.some(isWanted);
}

/** The statements that allow it; none when one of them denies it. */
export function allowingStatements(
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
  context: RequestContext = {},
): readonly PolicyStatement[] {
  const matching = statements.filter(
    ({ actions, resources, conditions = [] }) =>
      actions.some((pattern) => matchesAction(pattern, action)) &&
      resources.some((pattern) => matchesWildcard(pattern, resource)) &&
      conditions.every((condition) => isMet(condition, context)),
  );
  return matching.some(({ effect }) => effect === 'Deny') ? [] : matching;
}

export function isAllowed(
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
  context?: RequestContext,
): boolean {
  return allowingStatements(statements, action, resource, context).length > 0;
}
