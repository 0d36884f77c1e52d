// One synthesized stack per test file: empty stand-ins for the functions, no nag, no staging, nothing left behind.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';
import { type BundledName, FUNCTIONS, OPTIONAL_FUNCTIONS } from '../../lambdas/contract/names.ts';
import { Icehouse } from '../../lib/icehouse.ts';
import type { IcehouseProps } from '../../lib/icehouse-props.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface CloudFunction {
  readonly Properties: {
    readonly FunctionName: string;
    readonly Role: { readonly 'Fn::GetAtt': readonly [string, string] };
    readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  };
}

/** Calls `use` with a stack that holds an Icehouse, then removes everything it left on disk. */
export function withStack<T>(props: (stack: Stack) => IcehouseProps, use: (stack: Stack) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'icehouse-lib-'));
  try {
    for (const name of [...FUNCTIONS, ...OPTIONAL_FUNCTIONS]) {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'index.mjs'), 'export const handler = async () => {};');
    }
    const app = new App({ outdir: join(directory, 'cdk.out'), builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Icehouse');
    new Icehouse(stack, 'Icehouse', { functionsDirectory: directory, ...props(stack) });
    return use(stack);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function synthesize(props: IcehouseProps | ((stack: Stack) => IcehouseProps) = {}): Template {
  return withStack(typeof props === 'function' ? props : () => props, (stack) => Template.fromStack(stack));
}

function functionOf(template: Template, name: BundledName): CloudFunction['Properties'] {
  const all = Object.values(template.findResources('AWS::Lambda::Function')) as unknown as CloudFunction[];
  const found = all.find(({ Properties }) => Properties.FunctionName.endsWith(`-${name}`));
  if (!found) throw new Error(`The template has no function ${name}.`);
  return found.Properties;
}

export function environmentOf(template: Template, name: BundledName): Readonly<Record<string, unknown>> {
  return functionOf(template, name).Environment.Variables;
}

/** Every statement of every policy of the function's role. */
export function statementsOf(template: Template, name: BundledName): readonly Statement[] {
  const [role] = functionOf(template, name).Role['Fn::GetAtt'];
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .map((policy) => policy.Properties)
    .filter(({ Roles }) => Roles.some(({ Ref }: { Ref: string }) => Ref === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

export function actionsOf(statements: readonly Statement[]): readonly string[] {
  return statements.flatMap(({ Action }) => Action);
}
