// docs/openapi.yaml, read: for the page that is made from it, and for the tests that hold it against the API.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** JSON Schema 2020-12, as far as the file uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string | boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  /** Of an object: exactly one of these fields. */
  readonly oneOf?: readonly { readonly required: readonly [string] }[];
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;
}

export interface Reference {
  readonly $ref: string;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: (Content & { readonly required?: boolean }) | Reference;
  readonly responses: Readonly<Record<string, Content | Reference>>;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

export type PathItem = Readonly<Partial<Record<(typeof METHODS)[number], Operation>>> & {
  readonly parameters?: readonly (Parameter | Reference)[];
};

export interface Openapi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

export const OPENAPI_TEXT = readFileSync(new URL('openapi.yaml', import.meta.url), 'utf8');

/** The CDK brings a YAML parser along in its own package: no further dependency for one file. */
const ofTheCdk = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
const { parse }: { parse: (text: string) => Openapi } = ofTheCdk('yaml');

export const openapi = parse(OPENAPI_TEXT);

/** What `value` stands for; references lead into this file only. */
export function resolved<T extends object>(value: T | Reference): T {
  if (!('$ref' in value) || typeof value.$ref !== 'string') return value as T;
  let found: unknown = openapi;
  for (const part of value.$ref.split('/').slice(1)) {
    found =
      typeof found === 'object' && found !== null
        ? Object.entries(found).find(([key]) => key === part)?.[1]
        : undefined;
  }
  if (typeof found !== 'object' || found === null) throw new Error(`There is no ${value.$ref}.`);
  return resolved(found as T);
}
