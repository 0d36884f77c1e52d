// client/types.ts: the schemas of docs/openapi.yaml as TypeScript.
import { openapi, type Schema } from './openapi-file.ts';

const HEADER = `// The API's JSON, as docs/openapi.yaml has it. Made by npm run docs: change that file, and run it.
`;

/** As the formatter breaks lines. */
const LINE_WIDTH = 110;

export function clientTypes(): string {
  const declarations = Object.entries(openapi.components.schemas)
    .filter(([name]) => name !== 'NoBody')
    .map(([name, schema]) => declaration(name, schema));
  return [HEADER, ...declarations].join('\n');
}

function declaration(name: string, schema: Schema): string {
  const comment = schema.description ? commented(schema.description, '') : '';
  if (schema.properties) return `${comment}export interface ${name} ${typeOf(schema, '')}\n`;
  const line = `export type ${name} = ${typeOf(schema, '')};\n`;
  const members = membersOf(schema);
  const isShort = line.length <= LINE_WIDTH + 1 || members.length < 2;
  const whole = isShort
    ? line
    : `export type ${name} =\n${members.map((member) => `  | ${member}`).join('\n')};\n`;
  return comment + whole;
}

/** Of a union, its members. */
function membersOf({ enum: values, anyOf, type }: Schema): readonly string[] {
  if (values) return values.map(quoted);
  if (anyOf) return anyOf.map((each) => typeOf(each, ''));
  return typeof type === 'object' ? type : [];
}

function typeOf(schema: Schema, indent: string): string {
  const { $ref, type, anyOf, allOf, properties, additionalProperties, items } = schema;
  if ($ref) return $ref.replace('#/components/schemas/', '');
  if (schema.const !== undefined)
    return typeof schema.const === 'string' ? quoted(schema.const) : String(schema.const);
  if (schema.enum) return schema.enum.map(quoted).join(' | ');
  if (anyOf) return anyOf.map((each) => typeOf(each, indent)).join(' | ');
  if (allOf) return allOf.map((each) => typeOf(each, indent)).join(' & ');
  if (typeof type === 'object') return type.map(simple).join(' | ');
  if (type === 'array' && items) return `readonly ${inArray(items, indent)}[]`;
  if (properties) return objectOf(schema, indent);
  if (typeof additionalProperties === 'object') {
    return `Readonly<Record<string, ${typeOf(additionalProperties, indent)}>>`;
  }
  return type ? simple(type) : 'unknown';
}

function inArray(items: Schema, indent: string): string {
  const inner = typeOf(items, indent);
  const isUnion = Boolean(items.enum || items.anyOf || items.allOf || typeof items.type === 'object');
  return isUnion ? `(${inner})` : inner;
}

function objectOf({ properties = {}, required = [] }: Schema, indent: string): string {
  const inside = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description ? commented(schema.description, inside) : '';
    const key = /^\w+$/.test(name) ? name : quoted(name);
    const start = `${inside}readonly ${key}${required.includes(name) ? '' : '?'}:`;
    return comment + member(start, schema, inside);
  });
  return `{\n${lines.join('')}${indent}}`;
}

function member(start: string, schema: Schema, inside: string): string {
  const line = `${start} ${typeOf(schema, inside)};\n`;
  const members = membersOf(schema);
  if (members.length < 2 || line.trimEnd().length <= LINE_WIDTH) return line;
  return `${start}\n${members.map((each) => `${inside}  | ${each}`).join('\n')};\n`;
}

function simple(type: string): string {
  if (type === 'integer') return 'number';
  return type === 'object' ? 'Readonly<Record<string, unknown>>' : type;
}

function quoted(text: string): string {
  return `'${text}'`;
}

function commented(description: string, indent: string): string {
  return `${indent}/** ${description.trim().replaceAll(/\s+/g, ' ')} */\n`;
}
