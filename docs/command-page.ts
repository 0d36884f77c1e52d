// docs/command.md, made from the tree of commands: what each does, whom it speaks to, and how it is called.
import { examplesIn, helpPages, spokenTo } from '../cli/help-pages.ts';

export function commandPage(): string {
  const [program, ...commands] = helpPages();
  const rows = commands.map(({ name, command, text }) => [
    `\`${name}\``,
    command.summary() || command.description(),
    spokenTo(text) ?? '',
  ]);
  return [
    '# The command',
    'Made from the help of `npx icehouse` by `npm run docs`; do not edit it here. `icehouse COMMAND --help` says more of each.',
    '## What there is, and whom it speaks to',
    table(['command', 'what it does', 'speaks to'], rows),
    ...HOW,
    '## How the commands are called',
    ...[program, ...commands].flatMap((page) =>
      page ? [`\`\`\`sh\n${callsOf(page).join('\n')}\n\`\`\``] : [],
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

const HOW = [
  '## What they need',
  '- **Which stack**: in a directory with `cdk-outputs.json` (`npm run deploy` writes it; `--outputs` names another file) the deployed one: its API, its vault, its queues, ' +
    'its secrets. `--stack` says which, where there are several; nothing is guessed. Elsewhere the API is `http://127.0.0.1:8080`, where `npm start` has it. What the command ' +
    'line says goes first, then the environment, then the file; `--stack` and `--outputs` are of the command line, and go before `ICEHOUSE_URL`. Where `--url` or `ICEHOUSE_URL` ' +
    'names another API than the file, neither bucket nor queues are taken from the file, unless `--stack` says that it is the same stack (behind a domain of your own).\n' +
    '- **Which API was meant** is said on standard error, in one line, by whatever changes something, by `list`, `hold --status` and `dlq`, and by every command whose API the ' +
    'file named: `API: https://… (stack Icehouse in cdk-outputs.json)`. With `--json` only where neither `--url` nor `ICEHOUSE_URL` named it.\n' +
    '- **The API**: `--url` or `ICEHOUSE_URL`, else the stack’s output `ApiUrl`. Calls to this machine carry no credentials; to any other host they are signed with ' +
    'your AWS credentials (`execute-api:Invoke`), unless there is a bearer token (`--bearer`, `ICEHOUSE_TOKEN`).\n' +
    '- **AWS directly**: the credentials and the region of the AWS CLI (`AWS_PROFILE`, `AWS_REGION`, or the profile’s own `region`; what names its region itself, as an URL of API Gateway or SQS does, needs none), with the permissions that the command’s help names. `AWS_ENDPOINT_URL_S3` names another S3. The API has no ' +
    'part in it: it works when the stack does not.\n' +
    '- **Mux directly**: `MUX_TOKEN_ID` and `MUX_TOKEN_SECRET`.',
  '## What they print',
  'Text for people, in English, as wide as the terminal. With `--json` one JSON document, as the API gave it, and nothing else on standard output; an error is a ' +
    'problem document there. What takes long shows how far it is, and how long it still takes where that can be known: redrawn on a terminal, a line now and then anywhere else, ' +
    'nothing with `--json`.',
  '| exit code | |\n|---|---|\n| 0 | done |\n| 1 | refused or failed; something for you to look at |\n| 2 | wrong usage; nothing was called |\n' +
    '| 3 | the API (or the source, or S3) could not be reached: the same again later |\n| 130 | interrupted; what says so goes on when run again |',
];

function callsOf({ name, text }: { readonly name: string; readonly text: string }): readonly string[] {
  return examplesIn(text).filter((line) => line.startsWith(name));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
