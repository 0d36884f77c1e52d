// `icehouse connect`: joins a deployed stack with Mux: the token and the webhook's signing secret go into the stack's secret.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { accessFrom, type MuxVariables } from '../advise/advise-problems.ts';
import { confirm } from '../confirm.ts';
import type { Outcome } from '../connect/carry-out.ts';
import type { MuxDoor, SecretStore } from '../connect/connect-ports.ts';
import type { Joined } from '../connect/connect-view.ts';
import type { Plan } from '../connect/plan.ts';
import { isLoopback } from '../credentials.ts';
import { readStack } from '../outputs.ts';
import { EXIT } from '../problems.ts';
import { type OpenScreen, type Screened, show } from '../session.ts';

const MORE = `
MUX_TOKEN_ID and MUX_TOKEN_SECRET are an access token of the environment: Mux Video
read and write, and System read and write for the webhook. Secrets are never arguments.
Credentials are those of the AWS CLI; you need secretsmanager:GetSecretValue and
PutSecretValue on the secret, and dynamodb:GetItem on the table.

Run again it finds nothing to do, or does what is left. It keeps all other keys of the
secret, and the signing secret there was, which stays accepted (webhook_secret_previous).
A token of another environment than the stack serves is refused.

--read-token is for a stack with prop readSecret: MUX_TOKEN_ID and MUX_TOKEN_SECRET are
then a token with Mux Video read alone, and nothing but the read secret is written.

Examples:
  $ icehouse connect
  $ icehouse connect --read-token
  $ icehouse connect --replace --yes
  $ icehouse connect --webhook-secret-stdin < signing-secret.txt`;

interface Options {
  readonly outputs: string;
  readonly stack?: string;
  readonly secret?: string;
  readonly webhookStore?: string;
  readonly webhookUrl?: URL;
  readonly table?: string;
  readonly environment?: string;
  readonly replace?: true;
  readonly webhookSecretStdin?: true;
  readonly readToken?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

export function addConnect(
  program: Command,
  open: OpenScreen,
  { mux }: { readonly mux: MuxVariables },
): void {
  program
    .command('connect')
    .summary('joins a deployed stack with Mux')
    .description(
      'Checks a Mux token, stores it in the secret of a deployed stack, registers the webhook of the stack at Mux ' +
        'and stores its signing secret.',
    )
    .option('--secret <name>', 'name or ARN, instead of the output MuxSecret (ReadSecret)')
    .option(
      '--webhook-store <name>',
      'secret that keeps the signing secret, if another (prop webhookSecret, else readSecret)',
    )
    .addOption(
      new Option('--webhook-url <url>', 'instead of the output WebhookUrl').argParser(webhookAddress),
    )
    .option('--table <name>', 'instead of the output LedgerTable, which knows the environment')
    .option('--environment <id>', 'go on only if the token is of this Mux environment')
    .option('--replace', 'make a new webhook, store its secret, then remove the one there is')
    .addOption(
      new Option('--webhook-secret-stdin', 'only store a signing secret, read from stdin').conflicts([
        'replace',
        'environment',
        'dryRun',
      ]),
    )
    .addOption(
      new Option('--read-token', 'only store a token that reads, in the output ReadSecret').conflicts([
        'replace',
        'webhookSecretStdin',
        'webhookStore',
        'webhookUrl',
      ]),
    )
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'without asking')
    .addHelpText('after', MORE)
    .action(async (_options: object, command: Command) => {
      const session = open(command);
      const options = command.optsWithGlobals<Options>();
      if (options.readToken) return connectReading(options, session, mux);
      if (options.webhookSecretStdin) return storeFromStdin(options, session);
      await connect(options, session, mux);
    });
}

async function connect(options: Options, session: Screened, variables: MuxVariables): Promise<void> {
  const { baseUrl, tokenId, tokenSecret } = accessFrom(variables, 'Not connected', NEEDED);
  const token = { id: tokenId, secret: tokenSecret };
  const [{ openMuxDoor }, { ownerOf }, { carryOut }, plans, views] = await Promise.all([
    import('../connect/mux-door.ts'),
    import('../connect/whose.ts'),
    import('../connect/carry-out.ts'),
    import('../connect/plan.ts'),
    import('../connect/connect-view.ts'),
  ]);
  const stack = await openStack(options);
  const mux: MuxDoor = openMuxDoor(token, baseUrl);
  const secret = await stack.store.read();
  const webhookSecret = stack.webhookStore ? await stack.webhookStore.read() : secret;
  const pinned = await stack.pinned();
  const owner = await ownerOf(token, mux, { pinned, secret, wanted: options.environment });
  const registrations = await mux.registrations();
  const { stackName, webhookUrl, secretId, webhookSecretId, isLedgerKnown } = stack;
  const muxUrl = baseUrl;
  const joined: Joined = { stackName, owner, muxUrl, secretId, webhookSecretId, webhookUrl, isLedgerKnown };
  const plan: Plan = plans.planOf(
    { token, secret, webhookSecret, registrations, webhookUrl },
    { replace: options.replace === true },
  );
  if (!session.json) session.screen.print(`${views.planView(joined, plan, session.screen)}\n`);
  const isAsked = plans.changesSomething(plan) && !options.dryRun && !options.yes;
  if (options.dryRun || (isAsked && !(await confirm(`Connect with ${views.ownerText(owner)}?`)))) {
    return show(session, views.connectDocument(joined, plan, undefined), () => 'Nothing was changed.');
  }
  const outcome: Outcome = await carryOut(plan, { ...stack, mux, token });
  show(session, views.connectDocument(joined, plan, outcome), () =>
    views.outcomeView(joined, outcome, session.screen),
  );
  if (!outcome.isComplete) session.exitWith(EXIT.refused);
}

const NEEDED =
  'Set MUX_TOKEN_ID and MUX_TOKEN_SECRET to an access token with Mux Video read and write, and System read and write.';

const INSTEAD = 'say --secret and --webhook-url: outputs MuxSecret and WebhookUrl of the stack';

interface OpenedStack {
  /** Undefined where its parts were named one by one. */
  readonly stackName: string | undefined;
  readonly secretId: string;
  readonly webhookUrl: string;
  readonly webhookSecretId: string;
  readonly store: SecretStore;
  /** Only where the signing secret has a secret of its own. */
  readonly webhookStore?: SecretStore;
  readonly isLedgerKnown: boolean;
  /** Undefined too where the table is not known. */
  readonly pinned: () => Promise<string | undefined>;
}

async function openStack(given: Options): Promise<OpenedStack> {
  const { pinnedEnvironment, secretStore, stackClients } = await import('../connect/stack-side.ts');
  const isGiven = given.secret !== undefined && (given.webhookUrl ?? given.webhookSecretStdin);
  const deployed = isGiven ? undefined : readStack(given, INSTEAD);
  const written = deployed?.outputs;
  const secretId = given.secret ?? written?.MuxSecret ?? '';
  const webhookSecretId = given.webhookStore ?? written?.WebhookSecret ?? secretId;
  const webhookUrl = given.webhookUrl?.href ?? written?.WebhookUrl ?? '';
  const table = given.table ?? written?.LedgerTable;
  const clients = stackClients({ secretId, webhookUrl });
  return {
    stackName: deployed?.name,
    secretId,
    webhookSecretId,
    webhookUrl,
    store: secretStore(clients.secrets, secretId),
    ...(webhookSecretId !== secretId && { webhookStore: secretStore(clients.secrets, webhookSecretId) }),
    isLedgerKnown: table !== undefined,
    pinned: async () => (table === undefined ? undefined : pinnedEnvironment(clients.ledger, table)),
  };
}

async function connectReading(options: Options, session: Screened, variables: MuxVariables): Promise<void> {
  const { baseUrl, tokenId, tokenSecret } = accessFrom(variables, 'Not stored', NEEDED_TO_READ);
  const token = { id: tokenId, secret: tokenSecret };
  const [{ openMuxDoor }, reading, { pinnedEnvironment, secretStore, stackClients }] = await Promise.all([
    import('../connect/mux-door.ts'),
    import('../connect/read-token.ts'),
    import('../connect/stack-side.ts'),
  ]);
  const { outputs } = readStack(options, 'run it where that is: the stack says of which environment it is');
  const secretId = options.secret ?? outputs.ReadSecret;
  const { MuxSecret = '', WebhookUrl: webhookUrl = '', LedgerTable } = outputs;
  if (!secretId || secretId === MuxSecret) throw reading.noReadSecret();
  const table = options.table ?? LedgerTable;
  const clients = stackClients({ secretId, webhookUrl });
  const plan = await reading.planReading({
    token,
    mux: openMuxDoor(token, baseUrl),
    store: secretStore(clients.secrets, secretId),
    main: secretStore(clients.secrets, MuxSecret),
    pinned: table === undefined ? undefined : await pinnedEnvironment(clients.ledger, table),
    wanted: options.environment,
    hasWebhookSecret: outputs.WebhookSecret === secretId,
  });
  const document = (isStored: boolean) => reading.readingDocument(secretId, plan, isStored);
  if (!session.json) session.screen.print(`${reading.readingView(secretId, plan, session.screen)}\n`);
  if (!plan.isNew) return show(session, document(false), () => `${secretId} has this token already.`);
  if (options.dryRun || (!options.yes && !(await confirm(reading.questionOf(plan))))) {
    return show(session, document(false), () => 'Nothing was changed.');
  }
  await plan.store();
  show(session, document(true), () => `Stored in ${secretId}. Functions take it within five minutes.`);
}

const NEEDED_TO_READ =
  'Set MUX_TOKEN_ID and MUX_TOKEN_SECRET to an access token with Mux Video read, and nothing else.';

/** Whoever gives the secret has said yes: nothing is lost, the one there was becomes the previous one. */
async function storeFromStdin(options: Options, session: Screened): Promise<void> {
  const { signingSecretIn, withWebhookSecret, filled } = await import('../connect/secret-fields.ts');
  const { store, webhookStore = store, webhookSecretId } = await openStack(options);
  if (process.stdin.isTTY) process.stderr.write('Paste the signing secret, then Enter and Ctrl-D.\n');
  const signingSecret = signingSecretIn((await process.stdin.toArray()).join(''));
  const fields = await webhookStore.read();
  const isNew = filled(fields, 'webhook_secret') !== signingSecret;
  if (isNew) await webhookStore.write(withWebhookSecret(fields, signingSecret));
  const document = { secret: webhookSecretId, webhook_secret: isNew ? 'stored' : 'unchanged' };
  show(session, document, () =>
    isNew
      ? `Stored in ${webhookSecretId}. Functions take it within five minutes.`
      : `${webhookSecretId} has this signing secret already.`,
  );
}

/** Mux sends to https; plain http is for a simulator of this machine. */
function webhookAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)));
  if (!isSafe || url.search || url.hash || url.username || !/\/v1\/webhooks\/mux$/.test(url.pathname)) {
    throw new InvalidArgumentError('An https URL that ends in /v1/webhooks/mux.');
  }
  return url;
}
