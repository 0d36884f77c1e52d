// Builds the XML answers and reads the XML requests of the S3 API.
import { XMLParser } from 'fast-xml-parser';
import { S3Error } from './errors.ts';

export interface XmlTree {
  readonly [name: string]: XmlValue;
}
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | XmlTree
  | readonly XmlTree[]
  | readonly string[];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A whole document. Undefined values leave their element out; an array repeats it. */
export function xmlDocument(root: string, content: XmlTree | string, namespace = NAMESPACE): string {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${typeof content === 'string' ? escapeText(content) : children(content)}</${root}>`;
}

function children(tree: XmlTree): string {
  return Object.entries(tree)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, value: XmlValue | XmlTree): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join('');
  if (typeof value === 'object') return `<${name}>${children(value as XmlTree)}</${name}>`;
  return `<${name}>${escapeText(String(value))}</${name}>`;
}

function escapeText(text: string): string {
  // Control characters are legal in keys and illegal in XML 1.0: S3 sends them as references all the same.
  return text.replace(/[&<>"]|[^ -\uffff]/g, (c) => {
    if (c === '&') return '&amp;';
    if (c === '<') return '&lt;';
    if (c === '>') return '&gt;';
    if (c === '"') return '&quot;';
    return `&#x${c.charCodeAt(0).toString(16)};`;
  });
}

// `htmlEntities` for numeric references: Go clients write the quotes of an entity tag as `&#34;`.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** A parsed element: text, or children by name. */
export class XmlNode {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Throws MalformedXML when the document does not parse or has another root. */
  static parse(text: string, root: string): XmlNode {
    let parsed: Record<string, unknown>;
    try {
      parsed = parser.parse(text, true) as Record<string, unknown>;
    } catch {
      throw new S3Error('MalformedXML');
    }
    if (!(root in parsed)) throw new S3Error('MalformedXML');
    return new XmlNode(parsed[root]);
  }

  all(name: string): XmlNode[] {
    const value = this.#child(name);
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((one) => new XmlNode(one));
  }

  text(name: string): string | undefined {
    const value = this.#child(name);
    return typeof value === 'string' ? value : undefined;
  }

  node(name: string): XmlNode | undefined {
    return this.all(name)[0];
  }

  #child(name: string): unknown {
    if (typeof this.#value !== 'object' || this.#value === null) return undefined;
    return (this.#value as Record<string, unknown>)[name];
  }
}
