// Which URLs events may be sent to, by their text alone: read at synth, and again by the function that sends.
// Whether the host's address is private shows only when it is connected to: lambdas/adapters/post.ts.

/** A rule of EventBridge has at most five targets: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const MOST_RECEIVERS = 5;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** However it was written, the parser of URLs makes this of an address. */
const ADDRESS = /^(\d+(\.\d+){3}|\[.*\])$/;

/** What is wrong with it, to be put behind "expected"; undefined for a good one. `loopback` is for the embedded cloud. */
export function receiverUrlProblem(
  text: string,
  { loopback }: { readonly loopback: boolean },
): string | undefined {
  if (!URL.canParse(text)) return 'a whole URL';
  const { protocol, hostname, port, username, password, hash } = new URL(text);
  const isLocal = loopback && LOOPBACK.test(hostname);
  if (protocol !== 'https:' && !(isLocal && protocol === 'http:')) return 'https';
  if (username !== '' || password !== '')
    return 'no user name or password in it: the signature says who sends';
  if (hash !== '') return 'no fragment';
  if (isLocal) return undefined;
  if (port !== '') return 'the port of https, 443';
  if (ADDRESS.test(hostname)) return 'a host name, no address';
  return isPublicName(hostname) ? undefined : 'a public host name';
}

/** Names without a dot, and those that never leave a network (RFC 6761, RFC 6762, RFC 8375 and the cloud's own). */
function isPublicName(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  return name.includes('.') && !/\.(localhost|local|internal|home\.arpa|onion)$/.test(name);
}
