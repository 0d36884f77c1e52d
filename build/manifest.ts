// The package.json of what is published: names and versions from ours, and nothing to install but what a CDK app has.

interface Ours {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly devDependencies: { readonly 'aws-cdk-lib': string; readonly constructs: string };
}

const door = (path: string) => ({ types: `./${path}.d.ts`, default: `./${path}.js` });

export function manifest({ name, version, description, license, devDependencies }: Ours) {
  const peers = ['aws-cdk-lib', 'constructs'] as const;
  return {
    name,
    version,
    description,
    license,
    keywords: ['mux', 'glacier', 'archive', 'aws-cdk', 'cdk'],
    type: 'module',
    engines: { node: '>=22.12' },
    bin: { icehouse: 'cli/icehouse.js' },
    exports: {
      '.': door('lib/icehouse'),
      './client': door('client/icehouse'),
      './package.json': './package.json',
    },
    peerDependencies: Object.fromEntries(peers.map((peer) => [peer, `^${devDependencies[peer]}`])),
    // An app that only takes the client, or the command, needs neither.
    peerDependenciesMeta: Object.fromEntries(peers.map((peer) => [peer, { optional: true }])),
  };
}
