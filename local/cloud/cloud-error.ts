// The errors of the embedded cloud: each says what was being done, what is wrong and what to do now.

export type CloudErrorCode =
  | 'TEMPLATE_NOT_UNDERSTOOD'
  | 'GRANT_MISSING'
  | 'DATA_DIRECTORY_IN_USE'
  | 'PORT_IN_USE'
  | 'OPTION_INVALID';

export class CloudError extends Error {
  override readonly name = 'CloudError';
  readonly code: CloudErrorCode;

  constructor(code: CloudErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** For everything the reader meets and does not know. */
export function notUnderstood(logicalId: string, problem: string, todo: string): CloudError {
  return new CloudError('TEMPLATE_NOT_UNDERSTOOD', `${logicalId}: ${problem}. ${todo}.`);
}
