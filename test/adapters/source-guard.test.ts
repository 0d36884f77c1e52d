import { describe, expect, test } from 'vitest';
import { addressAllowed, checkSourceUrl, guardedLookup } from '../../lambdas/adapters/source-guard.ts';

const AWS = { hosts: ['*.mux.com', 'media.example.org'], loopback: false };
const LAPTOP = { hosts: ['*.mux.com'], loopback: true };

test.each([
  'https://mezzanine.mux.com/key/mezzanine.mp4?skid=default&signature=abc',
  'https://master.mux.com/key/master.mp4',
  'https://MEZZANINE.mux.com:443/x',
  'https://media.example.org/x',
])('may ask %s', (url) => {
  expect(checkSourceUrl(url, AWS).protocol).toBe('https:');
});

test.each([
  ['plain http', 'http://mezzanine.mux.com/x'],
  ['another scheme', 'file:///etc/passwd'],
  ['another host', 'https://evil.example/x'],
  ['a host that ends alike', 'https://notmux.com/x'],
  ['the bare domain of a wildcard', 'https://mux.com/x'],
  ['an allowed host as a prefix', 'https://mezzanine.mux.com.evil.example/x'],
  ['a user name', 'https://mezzanine.mux.com@evil.example/x'],
  ['a user name before an allowed host', 'https://user:pw@mezzanine.mux.com/x'],
  ['an odd port', 'https://mezzanine.mux.com:8443/x'],
  ['loopback', 'https://127.0.0.1/x'],
  ['loopback written as a number', 'https://2130706433/x'],
  ['localhost', 'http://localhost:9001/2018-06-01/runtime'],
  ['IPv6 loopback', 'https://[::1]/x'],
  ['the metadata address', 'https://169.254.169.254/latest/meta-data'],
  ['no URL', 'mezzanine.mp4'],
])('refuses %s', (_, url) => {
  expect(() => checkSourceUrl(url, AWS)).toThrow(expect.objectContaining({ code: 'SOURCE_REFUSED' }));
});

test('refuses a private address even where it is an allowed host', () => {
  expect(() => checkSourceUrl('https://10.1.2.3/x', { hosts: ['10.1.2.3'], loopback: false })).toThrow(
    'private',
  );
});

test('allows loopback, and plain http and any port for it, where the rules say so', () => {
  expect(checkSourceUrl('http://127.0.0.1:8080/x', LAPTOP).port).toBe('8080');
  expect(checkSourceUrl('http://localhost:8080/x', LAPTOP).port).toBe('8080');
  expect(checkSourceUrl('http://[::1]:8080/x', LAPTOP).port).toBe('8080');
  expect(() => checkSourceUrl('http://mezzanine.mux.com/x', LAPTOP)).toThrow('https');
  expect(() => checkSourceUrl('https://10.0.0.1/x', LAPTOP)).toThrow('allowed');
});

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['10.0.0.1', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['100.64.0.1', false],
  ['169.254.169.254', false],
  ['0.0.0.0', false],
  ['127.0.0.1', false],
  ['::1', false],
  ['::', false],
  ['fd00:ec2::254', false],
  ['fe80::1', false],
  ['::ffff:10.0.0.1', false],
  ['::ffff:127.0.0.1', false],
  ['64:ff9b::a00:1', false],
])('address %s: allowed %s', (address, allowed) => {
  expect(addressAllowed(address, { loopback: false })).toBe(allowed);
});

test('a name that leads to loopback is refused when it is looked up', async () => {
  const look = (loopback: boolean) =>
    new Promise((resolve) => {
      guardedLookup({ hosts: [], loopback })('localhost', { all: true }, (error, addresses) =>
        resolve(error ?? addresses),
      );
    });

  expect(await look(false)).toMatchObject({ code: 'SOURCE_REFUSED' });
  expect(await look(true)).toEqual(
    expect.arrayContaining([expect.objectContaining({ address: expect.any(String) })]),
  );
});

describe('a URL that was typed by whoever runs the program', () => {
  const TYPED = { hosts: [], loopback: true, typed: true };

  test.each(['https://nas.example:8443/x', 'http://nas.example/x', 'https://10.1.2.3/x'])(
    'may be %s',
    (url) => {
      expect(checkSourceUrl(url, TYPED).href).toBe(url);
    },
  );

  test.each(['file:///etc/passwd', 'https://user:pw@nas.example/x'])('may not be %s', (url) => {
    expect(() => checkSourceUrl(url, TYPED)).toThrow(expect.objectContaining({ code: 'SOURCE_REFUSED' }));
  });
});
