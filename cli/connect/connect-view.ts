// What `icehouse connect` is about to do, what it did, and what is still to be done by hand.
import { plain } from '../format.ts';
import { type Fact, factTable } from '../render.ts';
import type { Screen } from '../screen.ts';
import type { Outcome } from './carry-out.ts';
import type { Registration, TokenOwner } from './connect-ports.ts';
import type { Plan, WebhookPlan } from './plan.ts';
import { mayArchive } from './whose.ts';

/** What is joined with what. */
export interface Joined {
  /** As the file of its outputs has it: the names of its secrets, which CloudFormation makes up, do not tell two stacks apart. */
  readonly stackName: string | undefined;
  readonly owner: TokenOwner;
  /** Who said so. */
  readonly muxUrl: string;
  readonly secretId: string;
  /** The one that has the signing secret. */
  readonly webhookSecretId: string;
  readonly webhookUrl: string;
  /** Whether the table is known that says which environment the stack is bound to. */
  readonly isLedgerKnown: boolean;
}

export function planView(joined: Joined, { storesToken, webhook }: Plan, screen: Screen): string {
  const rows: Fact[] = [
    ...(joined.stackName ? [['stack', plain(joined.stackName)] satisfies Fact] : []),
    ['Mux', ownerText(joined.owner)],
    ['', `token "${plain(joined.owner.tokenName)}": ${joined.owner.permissions.map(plain).join(', ')}`],
    ...warningsOf(joined).map((text): Fact => ['warning', text]),
    ['secret', joined.secretId],
    ['', storesToken ? 'the token is stored in it' : 'it has this token already'],
    ...(joined.webhookSecretId === joined.secretId
      ? []
      : [['', `${joined.webhookSecretId} has the signing secret`] satisfies Fact]),
    ['webhook', joined.webhookUrl],
    ...webhookSteps(webhook, joined.webhookUrl).map((text): Fact => ['', text]),
  ];
  return factTable(rows, screen);
}

function warningsOf({ muxUrl, owner, isLedgerKnown }: Joined): readonly string[] {
  return [
    ...(muxUrl === MUX ? [] : [elsewhereThanMux(muxUrl)]),
    ...(mayArchive(owner) ? [] : [NO_WRITE]),
    ...(isLedgerKnown ? [] : [NO_LEDGER]),
  ];
}

const MUX = 'https://api.mux.com';

/** A variable that a try on this machine left behind would join a real stack with a simulator. */
function elsewhereThanMux(url: string): string {
  return `MUX_BASE_URL: it is ${plain(url)} that says so, and the token was sent there, not to Mux`;
}

const NO_WRITE = 'among its permissions we find no Mux Video write, which Icehouse needs';
const NO_LEDGER = 'without --table nobody knows here whether the stack is bound to another environment';

export function ownerText(owner: TokenOwner): string {
  const { environmentName, environmentType, environmentId, organizationName } = owner;
  return `environment ${plain(environmentName)} (${plain(environmentType)}, ${plain(environmentId)}) of ${plain(organizationName)}`;
}

function webhookSteps(webhook: WebhookPlan, webhookUrl: string): readonly string[] {
  switch (webhook.kind) {
    case 'register':
      return [
        `a webhook is made at Mux${elsewhere(webhook.address, webhookUrl)}, its signing secret stored`,
        ...webhook.removes.map(
          (one) => `then ${named(one, webhookUrl)} is removed; its secret stays accepted`,
        ),
      ];
    case 'keep':
      return [
        `Mux has ${named(webhook.registration, webhookUrl)}${webhook.isOurs ? ', of which the stored secret is' : ''}`,
        ...(webhook.registration.enabled ? [] : ['it is switched off, and is switched on']),
        ...webhook.removes.map((one) => `${named(one, webhookUrl)} is left over, and is removed`),
      ];
    case 'unknown-secret':
      return [
        ...webhook.found.map((one) => `Mux has ${named(one, webhookUrl)}`),
        'its signing secret is not stored, and Mux tells it only once',
      ];
    case 'by-hand':
      return ['Mux does not let this token look after webhooks (System read and write)'];
  }
}

export function outcomeView(joined: Joined, outcome: Outcome, screen: Screen): string {
  const { paint } = screen;
  const heading = outcome.isComplete
    ? paint('green', `Connected with ${ownerText(joined.owner)}.`)
    : paint('yellow', 'Not connected yet.');
  return [heading, ...saidOf(joined, outcome), ...leftToDo(joined, outcome)].join('\n');
}

function saidOf({ webhookUrl }: Joined, { token, webhook, registration, left }: Outcome): readonly string[] {
  const id = registration ? ` ${registration.id}` : '';
  const of = {
    registered: `Webhook${id} made, its signing secret stored.`,
    replaced: `Webhook${id} made, its signing secret stored. The one before is accepted as the previous one.`,
    kept: `Webhook${id} is there, and the stored secret is its own.`,
    'kept-unproven': `Webhook${id} is there, and a signing secret is stored.`,
    'unknown-secret': 'The webhook is there, and its signing secret is not stored.',
    'by-hand': 'Mux does not let this token look after webhooks.',
  };
  return [
    ...(token === 'stored' ? ['Token stored. Functions take it within five minutes.'] : []),
    of[webhook],
    ...(webhook === 'unknown-secret'
      ? []
      : left.map((one) => `Mux did not remove ${named(one, webhookUrl)}: the same command does it later.`)),
  ];
}

/** What a person has to do, or may want to; in lines to be copied. */
export function leftToDo(
  { owner, webhookSecretId, webhookUrl }: Joined,
  { webhook, isComplete }: Outcome,
): readonly string[] {
  if (webhook === 'kept-unproven') {
    return ['Nobody can ask Mux whether the two belong together. If events are refused (401): --replace.'];
  }
  if (webhook === 'unknown-secret') {
    return [
      'Until it is, the stack does nothing. Make a new one, or store it if you have it:',
      '  icehouse connect --replace',
      `  icehouse connect --secret ${webhookSecretId} --webhook-secret-stdin`,
    ];
  }
  if (webhook !== 'by-hand') return [];
  if (isComplete) return ['A signing secret is stored; whether its webhook is there could not be looked at.'];
  return [
    'Until a signing secret is stored, the stack does nothing. With a token that has System read and write,',
    'run the same command again; or make the webhook by hand:',
    `  Mux dashboard, Settings, Webhooks, environment ${plain(owner.environmentName)}: ${webhookUrl}`,
    `  icehouse connect --secret ${webhookSecretId} --webhook-secret-stdin`,
  ];
}

function named({ id, address }: Registration, webhookUrl: string): string {
  return `webhook ${plain(id)}${elsewhere(address, webhookUrl)}`;
}

/** Only where it is another than the stack's own, such as with a query. */
function elsewhere(address: string, webhookUrl: string): string {
  return address === webhookUrl ? '' : ` (${plain(address)})`;
}

/** For machines. No secret is in it. */
export function connectDocument(joined: Joined, plan: Plan, outcome: Outcome | undefined): object {
  const { stackName, owner, muxUrl, secretId, webhookSecretId, webhookUrl } = joined;
  return {
    stack: stackName ?? null,
    mux_url: muxUrl,
    environment: {
      id: owner.environmentId,
      name: owner.environmentName,
      type: owner.environmentType,
      organization: owner.organizationName,
    },
    permissions: owner.permissions,
    warnings: warningsOf(joined),
    secret: secretId,
    webhook_secret_in: webhookSecretId,
    webhook_url: webhookUrl,
    plan: { stores_token: plan.storesToken, webhook: plan.webhook.kind },
    ...(outcome && {
      connected: outcome.isComplete,
      token: outcome.token,
      webhook: outcome.webhook,
      registration: outcome.registration ?? null,
      removed: outcome.removed,
      left: outcome.left,
      todo: leftToDo(joined, outcome),
    }),
  };
}
