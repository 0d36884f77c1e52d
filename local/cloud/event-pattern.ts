// Event patterns as EventBridge reads them: every field of the pattern must match one of its alternatives.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
import type { EventPattern } from './plan.ts';

type Filter = (given: unknown, wanted: unknown) => boolean;

const FILTERS: Readonly<Record<string, Filter>> = {
  prefix: (given, wanted) => typeof given === 'string' && given.startsWith(String(wanted)),
  suffix: (given, wanted) => typeof given === 'string' && given.endsWith(String(wanted)),
  exists: (given, wanted) => (given !== undefined) === wanted,
  'anything-but': (given, wanted) => given !== undefined && ![wanted].flat().includes(given),
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function matchesAlternative(alternative: unknown, given: unknown): boolean {
  if (!isObject(alternative)) return alternative === given;
  return Object.entries(alternative).every(([name, wanted]) => FILTERS[name]?.(given, wanted) ?? false);
}

export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const given = isObject(event) ? event[field] : undefined;
    if (!Array.isArray(wanted)) return matchesPattern(wanted as EventPattern, given);
    const values = Array.isArray(given) ? given : [given];
    return wanted.some((alternative) => values.some((value) => matchesAlternative(alternative, value)));
  });
}

/** The first content filter that `matchesPattern` does not know. */
export function unknownFilter(pattern: EventPattern): string | undefined {
  for (const wanted of Object.values(pattern)) {
    if (!Array.isArray(wanted)) {
      const inner = unknownFilter(wanted as EventPattern);
      if (inner !== undefined) return inner;
      continue;
    }
    const names = wanted.filter(isObject).flatMap((alternative) => Object.keys(alternative));
    const unknown = names.find((name) => !(name in FILTERS));
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}
