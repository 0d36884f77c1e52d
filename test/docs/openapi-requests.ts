// Requests that docs/openapi.yaml allows, made from its schemas.
import fc from 'fast-check';
import {
  type Content,
  type Operation,
  openapi,
  type Parameter,
  resolved,
  type Schema,
} from '../../docs/openapi-file.ts';

/** All of a path and of its methods. */
export function parametersOf(template: string, place: Parameter['in']): readonly Parameter[] {
  const { parameters = [], ...methods } = openapi.paths[template] ?? {};
  const ofMethods = Object.values(methods).flatMap((operation: Operation) => operation.parameters ?? []);
  const all = [...parameters, ...ofMethods].map((each) => resolved<Parameter>(each));
  return all.filter((each) => each.in === place);
}

export function bodyOf({ requestBody }: Operation) {
  if (!requestBody) return undefined;
  const { content, required = false } = resolved<Content & { required?: boolean }>(requestBody);
  const { schema, example } = content?.['application/json'] ?? {};
  return schema && { schema, required, examples: example === undefined ? [] : [example] };
}

/** As API Gateway hands it to the function. `ids` stand in paths as often as strangers do. */
export function requestTo(template: string, operation: Operation, ids: readonly string[]) {
  const inPath = parametersOf(template, 'path').map(({ name, schema }) => {
    const isId = name.endsWith('_id') && schema.$ref !== undefined;
    return [
      name,
      isId ? fc.oneof(fc.constantFrom(...ids), someValue(schema, name)) : someValue(schema, name),
    ] as const;
  });
  const own = (operation.parameters ?? []).map((each) => resolved<Parameter>(each));
  const inQuery = own.filter((each) => each.in === 'query');
  const required = inQuery.filter((each) => each.required).map(({ name }) => name);
  const query = inQuery.map(({ name, schema }) => [name, someValue(schema, name).map(String)] as const);
  return fc.record({
    pathParameters: fc.record(Object.fromEntries(inPath)),
    queryStringParameters: fc.record(Object.fromEntries(query), { requiredKeys: required }),
    body: body(operation),
  });
}

function body(operation: Operation): fc.Arbitrary<string | undefined> {
  const given = bodyOf(operation);
  if (!given) return fc.constant(undefined);
  const { schema, required, examples } = given;
  const some = fc.oneof(someValue(schema, ''), ...examples.map((example) => fc.constant(example)));
  const text = some.map((value) => JSON.stringify(value));
  return required ? text : fc.option(text, { nil: undefined });
}

function someValue(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const { anyOf, items, minimum, maximum, minLength, maxLength = 300, pattern } = schema;
  if (schema.$ref) return someValue(resolved<Schema>({ $ref: schema.$ref }), name);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (anyOf) return fc.oneof(...anyOf.map((each) => someValue(each, name)));
  if (schema.type === 'integer') return fc.integer({ min: minimum, max: maximum });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'null') return fc.constant(null);
  if (schema.type === 'array' && items) {
    return fc.array(someValue(items, name), {
      minLength: schema.minItems ?? 0,
      maxLength: schema.maxItems ?? 4,
    });
  }
  if (schema.type === 'object') return objectOf(schema);
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  const text = fc.string({ unit: 'binary', minLength, maxLength });
  return /_date$|_by$|until$/.test(name) ? fc.oneof(text, someDate) : text;
}

const someDate = fc
  .integer({ min: Date.UTC(2020, 0), max: Date.UTC(2050, 0) })
  .map((ms) => new Date(ms).toISOString())
  .chain((text) => fc.constantFrom(text, text.slice(0, 10)));

function objectOf({ properties = {}, required = [], oneOf = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) => [name, someValue(schema, name)] as const);
  const among = oneOf.flatMap((each) => each.required);
  const which = among.length > 0 ? fc.constantFrom(...among) : fc.constant(undefined);
  return which.chain((one) => {
    const taken = fields.filter(([name]) => name === one || !among.includes(name));
    const requiredKeys = [...required, ...(one ? [one] : [])];
    return fc.record(Object.fromEntries(taken), { requiredKeys });
  });
}
