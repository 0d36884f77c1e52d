// Which route of the HTTP API answers a request, as API Gateway chooses: the most literal path wins.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
import type { PlannedRoute } from './plan.ts';

export interface RouteMatch {
  readonly route: PlannedRoute;
  readonly pathParameters?: Readonly<Record<string, string>>;
}

export function findRoute(
  routes: readonly PlannedRoute[],
  method: string,
  path: string,
): RouteMatch | undefined {
  const matches = routes.flatMap((route) => {
    const pathParameters = matchRoute(route.key, method, path);
    return pathParameters ? [{ route, pathParameters }] : [];
  });
  const [best] = matches.sort((left, right) => rank(left.route.key) - rank(right.route.key));
  if (!best || Object.keys(best.pathParameters).length > 0) return best;
  return { route: best.route };
}

/** The path parameters, or undefined when the route does not fit. */
function matchRoute(key: string, method: string, path: string): Record<string, string> | undefined {
  if (key === '$default') return {};
  const [wantedMethod, template = ''] = key.split(' ');
  if (wantedMethod !== 'ANY' && wantedMethod !== method) return undefined;
  const names: string[] = [];
  const source = template.replaceAll(
    /\{(\w+)(\+?)\}|[.*^$()|[\]\\]/g,
    (literal, name?: string, greedy?: string) => {
      if (name === undefined) return `\\${literal}`;
      names.push(name);
      return greedy ? '(.+)' : '([^/]+)';
    },
  );
  const values = new RegExp(`^${source}$`).exec(path)?.slice(1);
  return values && Object.fromEntries(names.map((name, index) => [name, decode(values[index] ?? '')]));
}

/** Lower is chosen first: literal paths, then parameters, then `{rest+}`, then `$default`; a method before ANY. */
function rank(key: string): number {
  if (key === '$default') return 1000;
  const greedy = key.includes('+}') ? 100 : 0;
  return greedy + 2 * (key.match(/\{/g)?.length ?? 0) + (key.startsWith('ANY ') ? 1 : 0);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
