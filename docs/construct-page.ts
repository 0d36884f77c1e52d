// docs/as-a-construct.md, and README.md of the npm package: how to take the construct, and its props from their docstrings.
import { readFileSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };

const PROPS_FILE = new URL('../lib/icehouse-props.ts', import.meta.url);
const CONSTRUCT_FILE = new URL('../lib/icehouse.ts', import.meta.url);

interface Prop {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  readonly byDefault: string;
}

export function constructPage(): string {
  const parts = [
    ...[...HOW, '## Props', 'Made from `lib/icehouse-props.ts` by `npm run docs`. All are optional.'],
    ...[...props().map(asText), '## What it has', 'Made from `lib/icehouse.ts`.', members()],
  ];
  return `${parts.join('\n\n')}\n`;
}

const HOW = [
  '# Icehouse as a CDK construct',
  packageJson.description,
  'Made by `npm run package` in the repository, as `dist/package`; the tarball of `npm pack ./dist/package` can be installed as it is.',
  `\`\`\`ts
import { App, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { Icehouse } from 'icehouse';

const app = new App();
const stack = new Stack(app, 'Archive');
const icehouse = new Icehouse(stack, 'Icehouse', { graceDays: 45 });
\`\`\``,
  'Without props nothing is taken from Mux or the vault: `deletions` begins as `dry-run`. Bucket, table and secret outlive the stack. Nobody may call the API but who has a policy for it: `icehouse.grantRequest(role)` and the others below. After the first deployment ' +
    '`npx icehouse connect` puts the Mux token and the webhook secret where they belong. It finds the stack by these outputs, in what `cdk deploy --outputs-file cdk-outputs.json` writes:',
  `\`\`\`ts
const { secret, webhookSecret, webhookUrl, table } = icehouse;
new CfnOutput(stack, 'MuxSecret', { value: secret.secretName });
new CfnOutput(stack, 'WebhookUrl', { value: webhookUrl });
new CfnOutput(stack, 'LedgerTable', { value: table.tableName });
// With prop readSecret or webhookSecret the signing secret belongs elsewhere.
if (webhookSecret) new CfnOutput(stack, 'WebhookSecret', { value: webhookSecret.secretName });
\`\`\``,
  '- `icehouse`: the construct. Needs `aws-cdk-lib` and `constructs` from your app, and nothing else: the functions lie bundled in the package, no bundler runs.',
  '- `icehouse/client`: the API as typed methods, and `verifyIcehouseSignature` for the events it sends. No dependencies, no CDK.',
  '- `npx icehouse`: the command, bundled.',
  'Node 22.12 or newer. ES modules; `require` works too. The feature flags of your own `cdk.json` decide the same things as for any other construct.',
];

/** In the order of the file. Throws an Error when a prop is there that has no docstring, or no default in it. */
function props(): readonly Prop[] {
  const source = readFileSync(PROPS_FILE, 'utf8');
  const found = [...source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\n {2}readonly (\w+)\?: (.*?);\n(?=\n|\})/gs)];
  const count = source.match(/^ {2}readonly /gm)?.length;
  if (found.length !== count)
    throw new Error(`Found ${found.length} props with a docstring, expected ${count}.`);
  return found.map(([, comment = '', name = '', type = '']) => {
    const words = comment.replaceAll(/^ *\* ?/gm, '').trim();
    const [text = '', byDefault] = words.split(/\s*@default (?:- )?/);
    if (!byDefault) throw new Error(`Prop ${name} does not say its default.`);
    return { name, type: oneLine(type), text: oneLine(text), byDefault: oneLine(byDefault) };
  });
}

/** Attributes and methods, in the order of the file. Throws an Error when one that others can see has no docstring. */
function members(): string {
  const source = readFileSync(CONSTRUCT_FILE, 'utf8');
  const [body = ''] = source.slice(source.indexOf('export class Icehouse')).split('\n}\n');
  const visible = body.match(/^ {2}(readonly \w+: |[a-z]\w+\(.*\): )/gm)?.length;
  const found = [
    ...body.matchAll(
      / {2}\/\*\*((?:(?!\*\/).)*)\*\/\n {2}(?:readonly )?(\w+(?:\(.*?\))?): ([^\n]*?)(?:;| \{)\n/gs,
    ),
  ];
  if (found.length !== visible)
    throw new Error(`Found ${found.length} members with a docstring, expected ${visible}.`);
  const rows = found.map(([, comment = '', name = '', type = '']) => {
    const text = oneLine(comment.replaceAll(/^ *\* ?/gm, ''));
    return `| \`${name}\` | \`${type.replaceAll('|', '\\|')}\` | ${text} |`;
  });
  return ['| | | |', '|---|---|---|', ...rows].join('\n');
}

function asText({ name, type, text, byDefault }: Prop): string {
  return [`**\`${name}\`** \`${type}\``, ...(text ? [`${text}`] : []), `*Default:* ${byDefault}`].join(
    '  \n',
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
