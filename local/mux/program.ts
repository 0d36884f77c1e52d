// The simulator as a program of its own: `npm run mux-sim -- --port 4010 --data DIR`. Prints one JSON line when it is up.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createMuxSimulator, DEFAULT_ENVIRONMENT } from './simulator.ts';

const HELP = `A Mux Video API on this machine, for development and tests.

  --port N              default 4010; 0 takes a free one
  --host ADDRESS        default 127.0.0.1
  --data DIR            keeps state and media there; without it nothing outlives the program
  --webhook-url URL     where events go; may be given several times
  --time-scale N        divides every duration (preparation, 24 h of a master URL, waits between webhook retries)
  --no-rate-limit       answers as often as asked
  --behaviour JSON      switches, as behaviour.ts describes them
  --public-url URL      how clients reach it, if not by host and port
  --signing-key-id ID --signing-public-key FILE
                        checks the tokens of signed playback ids (RS256, PEM)

Credentials are taken from MUX_TOKEN_ID, MUX_TOKEN_SECRET and MUX_WEBHOOK_SECRET, if set;
otherwise they are ${DEFAULT_ENVIRONMENT.tokenId}, ${DEFAULT_ENVIRONMENT.tokenSecret}, ${DEFAULT_ENVIRONMENT.webhookSecret}.
Controls: see local/mux/README.md.
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    'webhook-url': { type: 'string', multiple: true, default: [] },
    'time-scale': { type: 'string', default: '1' },
    'no-rate-limit': { type: 'boolean', default: false },
    behaviour: { type: 'string', default: '{}' },
    'public-url': { type: 'string' },
    'signing-key-id': { type: 'string' },
    'signing-public-key': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else await run();

async function run(): Promise<void> {
  const { MUX_TOKEN_ID, MUX_TOKEN_SECRET, MUX_WEBHOOK_SECRET } = process.env;
  const keyFile = values['signing-public-key'];
  const environment = {
    ...DEFAULT_ENVIRONMENT,
    tokenId: MUX_TOKEN_ID || DEFAULT_ENVIRONMENT.tokenId,
    tokenSecret: MUX_TOKEN_SECRET || DEFAULT_ENVIRONMENT.tokenSecret,
    webhookSecret: MUX_WEBHOOK_SECRET || DEFAULT_ENVIRONMENT.webhookSecret,
    webhookUrls: values['webhook-url'],
    ...(keyFile && {
      signingKey: { id: values['signing-key-id'] ?? '', publicKeyPem: readFileSync(keyFile, 'utf8') },
    }),
  };
  const simulator = await createMuxSimulator({
    environments: [environment],
    behaviour: JSON.parse(values.behaviour),
    timeScale: Number(values['time-scale']),
    ...(values.data && { dataDir: values.data }),
    ...(values['public-url'] && { publicUrl: values['public-url'] }),
  });
  if (values['no-rate-limit']) simulator.change({ rateLimit: { on: false } });
  const url = await simulator.listen(Number(values.port), values.host);
  // Never the secrets: they may be those of a real environment.
  console.log(JSON.stringify({ ready: true, url, tokenId: environment.tokenId }));
  const stop = () => void simulator.close().then(() => process.exit(0));
  process.once('SIGINT', stop).once('SIGTERM', stop);
}
