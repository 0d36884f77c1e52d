// What joining a stack with Mux needs of the world outside: Mux, the stack's secret, and what its ledger is bound to.

export interface MuxToken {
  readonly id: string;
  readonly secret: string;
}

/** Whose a token is, as `GET /system/v1/whoami` says. */
export interface TokenOwner {
  readonly tokenName: string;
  readonly environmentId: string;
  readonly environmentName: string;
  readonly environmentType: string;
  readonly organizationName: string;
  readonly permissions: readonly string[];
}

/** A webhook of the environment. Its signing secret is told once, when it is made. */
export interface Registration {
  readonly id: string;
  readonly address: string;
  readonly enabled: boolean;
}

export interface NewRegistration extends Registration {
  readonly signingSecret: string;
}

/** https://www.mux.com/docs/core/manage-webhooks. Errors: CommandErrors, as connect-problems.ts has them. */
export interface MuxDoor {
  /** Undefined when Mux takes no such token. */
  owner(token: MuxToken): Promise<TokenOwner | undefined>;
  registrations(): Promise<readonly Registration[] | 'not-allowed'>;
  /** Its address must be none that the environment has already. */
  register(address: string): Promise<NewRegistration | 'not-allowed'>;
  enable(id: string): Promise<void>;
  /** One that is gone already is gone. */
  remove(id: string): Promise<void>;
}

/** What the secret's JSON holds, keys of others included. */
export type SecretFields = Readonly<Record<string, unknown>>;

export interface SecretStore {
  read(): Promise<SecretFields>;
  /** Replaces all of it. */
  write(fields: SecretFields): Promise<void>;
}
