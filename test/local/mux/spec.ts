// Mux's own OpenAPI file as a judge of what the simulator says: its answers, its errors, its webhooks.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Schema {
  readonly [key: string]: unknown;
}
interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Specification {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly webhooks: Record<string, unknown>;
  readonly components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
}

const text = readFileSync(new URL('../../fixtures/mux-openapi.json', import.meta.url), 'utf8');
const specification: Specification = JSON.parse(text);
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { boolean: true, float: true } });
addFormats.default(ajv, ['int32', 'int64', 'double', 'date-time']);
ajv.addSchema(specification, 'mux');

function faults(pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`mux#${pointer}`);
  if (!validate) return [`the spec has nothing at ${pointer}`];
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

// The fewer places are left open, the closer a template fits: `/{P}/storyboard.vtt` before `/{P}/storyboard.{EXTENSION}`.
const templates = Object.keys(specification.paths)
  .toSorted((one, other) => one.split('{').length - other.split('{').length)
  .map((template) => ({
    template,
    pattern: new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** What is wrong with an answer; an empty list when nothing is. Answers of the master host are in no spec. */
export function answerFaults(
  method: string,
  path: string,
  status: number,
  contentType: string,
  body: string,
): string[] {
  if (status >= 400) return errorFaults(path, status, body);
  const found = templates.find(
    ({ template, pattern }) => pattern.test(path) && !/\{FILENAME\}/.test(template),
  );
  const response = found && specification.paths[found.template]?.[method.toLowerCase()]?.responses[status];
  if (!found || !response) return [`the spec knows no ${status} for ${method} ${path}`];
  if (status === 204) return body === '' ? [] : ['a 204 has a body'];
  const type = contentType.split(';')[0] ?? '';
  if (!response.content?.[type]) return [`the spec knows no ${type} for ${method} ${path}`];
  if (type !== 'application/json' || path.endsWith('storyboard.json')) return [];
  const pointer = [
    'paths',
    found.template,
    method.toLowerCase(),
    'responses',
    String(status),
    'content',
    type,
    'schema',
  ];
  const value = JSON.parse(body);
  return [...faults(pointer.map((part) => `/${escaped(part)}`).join(''), value), ...unknownAssetKeys(value)];
}

/** The spec lacks error answers under /video/v1: these are the shapes of real ones (mux-python#37, next-video#309). */
function errorFaults(path: string, status: number, body: string): string[] {
  const shape = status === 429 ? rateLimited : /^\/(video|system)\/v1/.test(path) ? apiError : playbackError;
  return ajv.validate(shape, JSON.parse(body)) ? [] : [`error ${status}: ${ajv.errorsText()}`];
}

const strings = { type: 'array', items: { type: 'string' }, minItems: 1 };
const apiError = {
  type: 'object',
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: {
      type: 'object',
      required: ['type', 'messages'],
      additionalProperties: false,
      properties: { type: { type: 'string' }, messages: strings },
    },
  },
};
const rateLimited = {
  type: 'object',
  required: ['errors'],
  additionalProperties: false,
  properties: { errors: strings },
};
const playbackError = {
  type: 'object',
  required: ['code', 'message'],
  additionalProperties: false,
  properties: { code: { type: 'integer' }, message: { type: 'string' } },
};

export function webhookFaults(event: { type: string; data: Record<string, unknown> }): string[] {
  if (!specification.webhooks[event.type]) return [`the spec knows no event ${event.type}`];
  const pointer = ['webhooks', event.type, 'post', 'requestBody', 'content', 'application/json', 'schema'];
  return faults(pointer.map((part) => `/${escaped(part)}`).join(''), event);
}

/** The schemas allow further keys; a misspelt one of ours would pass them. */
function unknownAssetKeys({ data }: { data?: unknown }): string[] {
  const known = specification.components.schemas.Asset?.properties ?? {};
  const assets = (Array.isArray(data) ? data : [data]).filter((one) => one?.encoding_tier);
  return assets
    .flatMap((asset) => Object.keys(asset).filter((key) => !(key in known)))
    .map((key) => `key ${key}`);
}
