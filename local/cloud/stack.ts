// A synthesized template with its intrinsics resolved: resources are asked for by type and parsed by a schema.
import type { z } from 'zod';
import { notUnderstood } from './cloud-error.ts';
import { type Identity, identify, type Place } from './identities.ts';

interface RawResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, RawResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
}

export interface Resource<Properties> extends Identity {
  readonly logicalId: string;
  readonly properties: Properties;
  readonly arn: string;
}

export class Stack {
  readonly #template: Template;
  readonly #place: Place;
  readonly #read = new Set<string>();

  constructor(template: Template, place: Place) {
    this.#template = template;
    this.#place = place;
  }

  /** Every resource of the type but those left out by logical id, in the template's order. */
  all<S extends z.ZodType>(type: string, schema: S, leaveOut?: RegExp): Resource<z.output<S>>[] {
    this.#read.add(type);
    return Object.entries(this.#template.Resources)
      .filter(([logicalId, { Type }]) => Type === type && !leaveOut?.test(logicalId))
      .map(([logicalId, raw]) => {
        const parsed = schema.safeParse(this.#resolve(raw.Properties ?? {}, logicalId));
        if (!parsed.success) throw this.#refused(logicalId, type, parsed.error);
        const identity = this.#identity(logicalId, logicalId);
        return {
          logicalId,
          ...identity,
          arn: identity.attributes.Arn ?? identity.ref,
          properties: parsed.data,
        };
      });
  }

  /** Stops at the first resource whose type was neither read nor ignored on purpose. */
  refuseUnread(ignored: Readonly<Record<string, string>>): void {
    for (const [logicalId, { Type }] of Object.entries(this.#template.Resources)) {
      if (this.#read.has(Type) || Type in ignored) continue;
      const todo =
        'Teach the reader (local/cloud/template.ts) or say in IGNORED_ON_PURPOSE why it may be ignored';
      throw notUnderstood(logicalId, `the embedded cloud does not know ${Type}`, todo);
    }
  }

  #refused(logicalId: string, type: string, error: z.ZodError): Error {
    const [issue] = error.issues;
    const path = issue?.path.join('.') || 'Properties';
    const todo = `Teach the schema of ${type} in local/cloud/ what it means here, or take it out of lib/`;
    return notUnderstood(logicalId, `${type} ${path}: ${issue?.message ?? 'not understood'}`, todo);
  }

  #identity(logicalId: string, askedBy: string): Identity {
    const raw = this.#template.Resources[logicalId];
    if (!raw)
      throw notUnderstood(
        askedBy,
        `refers to ${logicalId}, which the template does not have`,
        'Run `cdk synth` again',
      );
    // Only names and the bus of a rule matter here, so that circles among other properties do no harm.
    const naming = Object.entries(raw.Properties ?? {}).filter(([key]) => /Name$/.test(key));
    const properties = this.#resolve(Object.fromEntries(naming), logicalId) as Record<string, unknown>;
    return identify(raw.Type, logicalId, properties, this.#place);
  }

  #resolve(value: unknown, at: string): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.#resolve(item, at)).filter((item) => item !== undefined);
    }
    if (typeof value !== 'object' || value === null) return value;
    const [first, ...more] = Object.entries(value);
    if (first && more.length === 0 && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
      return this.#intrinsic(first[0], first[1], at);
    }
    const entries = Object.entries(value).map(([key, item]) => [key, this.#resolve(item, at)]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  }

  #intrinsic(name: string, argument: unknown, at: string): unknown {
    const unknown = () =>
      notUnderstood(
        at,
        `uses ${name} ${JSON.stringify(argument)}`,
        'Teach local/cloud/stack.ts or write it without',
      );
    if (name === 'Ref' && typeof argument === 'string') return this.#ref(argument, at);
    if (name === 'Fn::Sub' && typeof argument === 'string') return this.#sub(argument, at);
    if (!Array.isArray(argument)) throw unknown();
    if (name === 'Fn::GetAtt') return this.#attribute(String(argument[0]), String(argument[1]), at);
    const [left, right] = argument.map((item) => this.#resolve(item, at));
    if (name === 'Fn::Join' && Array.isArray(right)) return right.join(String(left));
    if (name === 'Fn::Split' && typeof right === 'string') return right.split(String(left));
    if (name === 'Fn::Select' && Array.isArray(right)) return right[Number(left)];
    throw unknown();
  }

  #ref(name: string, at: string): unknown {
    if (name.startsWith('AWS::')) return this.#pseudo(name, at);
    const parameter = this.#template.Parameters?.[name];
    return parameter ? parameter.Default : this.#identity(name, at).ref;
  }

  #attribute(logicalId: string, attribute: string, at: string): string {
    const value = this.#identity(logicalId, at).attributes[attribute];
    if (value !== undefined) return value;
    const todo = 'Teach local/cloud/identities.ts this attribute';
    throw notUnderstood(at, `asks for ${attribute} of ${logicalId}, which has none here`, todo);
  }

  #sub(text: string, at: string): string {
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      const [logicalId = '', attribute] = name.split('.');
      return String(attribute ? this.#attribute(logicalId, attribute, at) : this.#ref(name, at));
    });
  }

  #pseudo(name: string, at: string): unknown {
    const values: Record<string, string | undefined> = {
      'AWS::Region': this.#place.region,
      'AWS::AccountId': this.#place.accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.#place.stackName,
    };
    if (name === 'AWS::NoValue') return undefined;
    if (values[name] !== undefined) return values[name];
    throw notUnderstood(at, `uses the pseudo parameter ${name}`, 'Teach local/cloud/stack.ts its value');
  }
}
