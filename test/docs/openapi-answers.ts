// Holds answers of the API against docs/openapi.yaml: status, content type and body, and no field that it does not name.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type Content, METHODS, type Operation, openapi, resolved } from '../../docs/openapi-file.ts';

export interface GivenAnswer {
  readonly status: number;
  readonly contentType: string | null | undefined;
  /** As it came over the wire; '' where there is none. */
  readonly text: string;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv, ['date-time', 'date', 'uri']);
ajv.addSchema({ $id: 'icehouse', ...closed(openapi, 'file') });

/**
 * The file with every object schema closed where it is used: readers must expect new fields, but the file must name the
 * ones there are. Closed at the place of use, since a schema that is part of an `allOf` sees only its own share.
 */
function closed<T>(node: T, place: 'file' | 'schemas' | 'root' | 'part' | 'inner'): T {
  if (Array.isArray(node)) return node.map((each) => closed(each, place)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => {
    if (place === 'schemas') return [key, closed(value, 'root')];
    if (key === 'schemas' && place === 'file') return [key, closed(value, 'schemas')];
    if (key === 'example') return [key, value];
    if (key === 'schema') return [key, closed(value, 'inner')];
    if (key === 'allOf') return [key, closed(value, 'part')];
    if (key === 'properties')
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closed(each, 'inner')])),
      ];
    return [key, closed(value, place === 'file' ? 'file' : 'inner')];
  });
  const isOpen = place === 'inner' && ('$ref' in node || 'properties' in node || 'allOf' in node);
  return { ...Object.fromEntries(entries), ...(isOpen && { unevaluatedProperties: false }) };
}

export interface Found {
  readonly template: string;
  readonly method: (typeof METHODS)[number];
  readonly operation: Operation;
}

/** Every call of the file. */
export const CALLS: readonly Found[] = Object.entries(openapi.paths).flatMap(([template, item]) =>
  METHODS.flatMap((method) => {
    const operation = item[method];
    return operation ? [{ template, method, operation }] : [];
  }),
);

/** What is wrong with the answer to a call of this method and path (or template); empty when nothing is. */
export function answerFaults(method: string, path: string, answer: GivenAnswer): readonly string[] {
  const call = callFor(method, path);
  if (!call) return unknownRouteFaults(answer);
  const given = call.operation.responses[answer.status];
  const name = `${method} ${call.template}: ${answer.status}`;
  if (!given) return [`${name} is not in the file`];
  const { content } = resolved<Content>(given);
  if (!content) return answer.text === '' ? [] : [`${name} has a body`];
  if ('*/*' in content) return [];
  const type = answer.contentType?.split(';')[0] ?? '';
  const { schema } = content[type] ?? {};
  if (!(type in content)) return [`${name} as ${type} is not in the file`];
  if (!schema) return [];
  const validate = answers.get(schema) ?? compiledOf(closed(schema, 'inner'));
  answers.set(schema, validate);
  return faultsOf(validate, JSON.parse(answer.text)).map((fault) => `${name}${fault}`);
}

/** By their place in the file: lives look hundreds of times, and closing a schema takes longer than holding against it. */
const answers = new Map<object, ValidateFunction>();
const compiled = new Map<string, ValidateFunction>();

/** Of a value held against a schema of the file. */
export function schemaFaults(schema: object, value: unknown): readonly string[] {
  return faultsOf(compiledOf(schema), value);
}

function compiledOf(schema: object): ValidateFunction {
  // References in a schema by itself are to this file.
  const text = JSON.stringify(schema).replaceAll('"#/', '"icehouse#/');
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text));
  compiled.set(text, validate);
  return validate;
}

function faultsOf(validate: ValidateFunction, value: unknown): readonly string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath} ${message} ${JSON.stringify(params)}`;
  });
}

function callFor(method: string, path: string): Found | undefined {
  const [plain = ''] = path.split('?');
  const candidates = CALLS.filter((call) => call.method === method.toLowerCase());
  return (
    candidates.find(({ template }) => template === plain) ??
    candidates.find(({ template }) => patternOf(template).test(plain))
  );
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}

function unknownRouteFaults({ status, text }: GivenAnswer): readonly string[] {
  if (status !== 404) return [`a route that the file does not have answered ${status}`];
  return schemaFaults({ $ref: '#/components/schemas/Problem' }, JSON.parse(text));
}
