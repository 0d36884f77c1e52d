// Compares two synthesized templates, but for what a bundle decides: the hash of its asset.

const ASSET = /[0-9a-f]{64}/g;

/** The first place where they differ, with both values; undefined when nowhere. */
export function templatesDiffer(one: unknown, other: unknown, place = ''): string | undefined {
  if (!isBranch(one) || !isBranch(other)) {
    const [left, right] = [leaf(one), leaf(other)];
    return left === right ? undefined : `${place || '/'}: ${left}, ${right}`;
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const key of keys) {
    const difference = templatesDiffer(one[key], other[key], `${place}/${key}`);
    if (difference) return difference;
  }
  return undefined;
}

/** How many functions a template has. */
export function functionsIn(template: unknown): number {
  const resources =
    isBranch(template) && isBranch(template.Resources) ? Object.values(template.Resources) : [];
  return resources.filter((one) => isBranch(one) && one.Type === 'AWS::Lambda::Function').length;
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function leaf(value: unknown): string {
  return String(JSON.stringify(value)).replaceAll(ASSET, '<asset>');
}
