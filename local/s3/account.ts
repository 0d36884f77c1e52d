// The one account this server belongs to, and what its answers say of owners.

export const ACCOUNT_ID = '000000000000';

/** Canonical user id and name as ListBuckets and the listings give them. */
export const OWNER = { ID: '0'.repeat(64), DisplayName: 'icehouse' } as const;
