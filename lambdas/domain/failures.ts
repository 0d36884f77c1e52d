// The error family. Every error has a stable code; what a stage does with it depends on the class alone.

export abstract class IcehouseError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = this.constructor.name;
  }
}

/** Will not get better by trying again: the record becomes `failed` with these words. */
export class PermanentError extends IcehouseError {
  readonly code: string;
  readonly action: string;
  readonly retryable: boolean;
  /** The status a retry goes on from; without it, the status the record is in. */
  readonly from: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { action: string; retryable?: boolean; from?: string; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.action = options.action;
    this.retryable = options.retryable ?? false;
    this.from = options.from;
  }
}

/** Our own set-up stands in the way: a grant, a name, a token. No record is at fault; all wait, and go on once it is mended. */
export class SetUpError extends PermanentError {}

/** Not now, but at a known time: the record sleeps until then and says why. */
export class NotYetError extends IcehouseError {
  readonly code = 'NOT_YET';
  readonly atMs: number;
  readonly waitingFor: string;

  constructor(atMs: number, waitingFor: string) {
    super(`Not before ${new Date(atMs).toISOString()}: ${waitingFor}`);
    this.atMs = atMs;
    this.waitingFor = waitingFor;
  }
}

/** Somebody else moved the record since it was read: this step drops what it was doing. */
export class ConflictError extends IcehouseError {
  readonly code = 'LEDGER_CONFLICT';
}

/** An outside service failed in a way that passes: try again later. */
export class TransientError extends IcehouseError {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The signed URL of a source lapsed (401, 403, 410): a fresh one is to be had from the platform. */
export class SourceLapsedError extends IcehouseError {
  readonly code = 'SOURCE_LAPSED';
}

/** The source is no longer the representation the copy began with: never mix the two. */
export class SourceChangedError extends IcehouseError {
  readonly code = 'SOURCE_CHANGED';
}
