// Which URLs and addresses a download may go to: https, allowed hosts, no private addresses (law 6).
// The address is checked at connect time, on the very answer of DNS that is connected to, so that no rebinding helps.
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { PermanentError } from '../domain/failures.ts';

export interface SourceRules {
  /** Host names, `*.` for any subdomain. */
  readonly hosts: readonly string[];
  /** Also allows loopback hosts, and plain http to them. Only the embedded cloud sets it. */
  readonly loopback: boolean;
  /** Whoever runs the program typed the URL: any host, port and address, and plain http. Only the command sets it. */
  readonly typed?: boolean;
}

/** The URL parsed, if it may be asked. Throws PermanentError SOURCE_REFUSED. */
export function checkSourceUrl(text: string, rules: SourceRules): URL {
  if (!URL.canParse(text)) throw refuse('The URL of the source cannot be parsed.');
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const local = rules.loopback && isLoopbackHost(host);
  if (url.protocol !== 'https:' && !((local || rules.typed) && url.protocol === 'http:')) {
    throw refuse(`${nameOf(url)} is not https.`);
  }
  if (url.username !== '' || url.password !== '') throw refuse(`${nameOf(url)} carries a user name.`);
  if (rules.typed) return url;
  if (url.port !== '' && !local) throw refuse(`${nameOf(url)} names a port.`);
  if (!local && !rules.hosts.some((pattern) => matches(host, pattern))) {
    const action = `Add ${url.hostname} to the allowed source hosts (prop sources.hosts, SOURCE_HOSTS), then send the request again.`;
    throw refuse(`${url.hostname} is not among the allowed source hosts.`, action);
  }
  if (isIP(host) !== 0 && !addressAllowed(host, rules)) throw refuse(`${host} is a private address.`);
  return url;
}

/** A URL for logs and errors: without its query, which is a secret. */
export function nameOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** `dns.lookup` that answers public addresses only (and loopback where the rules allow it). */
export function guardedLookup(rules: SourceRules): LookupFunction {
  if (rules.typed) return (hostname, options, callback) => lookup(hostname, options, callback);
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => addressAllowed(address, rules));
      const [first] = allowed;
      if (!first) return callback(refuse(`${hostname} has private addresses only.`), []);
      return options.all ? callback(null, allowed) : answerOne(callback, first);
    });
  };
}

function answerOne(callback: Parameters<LookupFunction>[2], { address, family }: LookupAddress): void {
  callback(null, address, family);
}

export function addressAllowed(address: string, rules: Pick<SourceRules, 'loopback'>): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (LOOPBACK.check(address, family)) return rules.loopback;
  return !PRIVATE.check(address, family);
}

function isLoopbackHost(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

const CHECK = 'Check the URL and the SOURCE_HOSTS setting, then send the request again.';

function refuse(message: string, action = CHECK): PermanentError {
  return new PermanentError('SOURCE_REFUSED', message, { action, retryable: true });
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix = ''] = subnet.split('/');
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const LOOPBACK = blockList(['127.0.0.0/8', '::1/128']);

/** IANA's special-purpose registries, whatever is not globally reachable. BlockList sees IPv4 inside ::ffff:0:0/96 too. */
const PRIVATE = blockList([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...[
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
  ],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  // Both forms of IPv4 inside IPv6 that are obsolete, and of which BlockList knows nothing.
  ...['::/96', '::ffff:0:0:0/96'],
  ...['64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '100:0:0:1::/64', '2001::/23', '2001:db8::/32'],
  ...['2002::/16', '3fff::/20', '5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
]);
