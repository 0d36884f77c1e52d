// `npm start`: boots Icehouse on this machine, then takes the tour or, with --no-tour, says where everything is.
import { type BootOptions, boot, type Running } from './boot.ts';
import { CloudError } from './cloud/cloud-error.ts';
import { isFreePort } from './cloud/http.ts';
import { parseOptions, type StartOptions } from './options.ts';
import { signingSecret } from './surroundings.ts';
import { runTour } from './tour/tour.ts';

const USUAL_PORT = 8080;

const say = (text: string) => process.stderr.write(`${text}\n`);

async function main(): Promise<void> {
  const options = parseOptions(process.argv);
  const port = options.port ?? ((await isFreePort(USUAL_PORT)) ? USUAL_PORT : 0);
  const running = await boot({ ...options, port, onLine: printer(options) }, process.env);
  stopOnSignals(running);
  introduce(running, options);
  if (!options.tour) {
    process.stdout.write(`${JSON.stringify(readyLine(running))}\n`);
    return;
  }
  const exitCode = await runTour(running);
  if (options.exit) return stop(running, exitCode);
  say(`Still serving at ${running.cloud.urls.api}; Ctrl-C ends it.`);
}

/** Without --verbose only the runner's own complaints are shown; the functions' lines are in the logs. */
function printer({ verbose }: StartOptions): BootOptions['onLine'] {
  return (from, line) => {
    if (verbose || from === 'cloud') say(`[${from}] ${line}`);
  };
}

function introduce({ cloud, dataDirectory }: Running, options: StartOptions): void {
  const { data, thawSeconds, timeScale, webhookTo } = options;
  const kept = data === undefined ? 'removed at the end; --data DIR keeps it' : 'kept';
  say('The embedded cloud shows what Icehouse believes of AWS and Mux, not AWS and Mux themselves.');
  say(
    `Data: ${dataDirectory} (${kept}). Function logs: logs/. Events: events.jsonl. Process: ${process.pid}.`,
  );
  say(`A thaw takes ${thawSeconds} s whatever its tier; other durations are divided by ${timeScale}.`);
  say(
    'An erasure can be stopped only until nobody is at work on the video any more (erasureDelay is 0 here).',
  );
  const { copy, copyDeadLetters, failedInvocations, webhookDeadLetters } = queuesOf(cloud);
  say('What was given up, and why (`npm run icehouse -- dlq`):');
  say(`  export ICEHOUSE_FAILED_INVOCATIONS=${failedInvocations}`);
  say(`  export ICEHOUSE_COPY_DEAD_LETTERS=${copyDeadLetters} ICEHOUSE_COPY_QUEUE=${copy}`);
  if (!webhookTo) return;
  say(`  export ICEHOUSE_WEBHOOK_DEAD_LETTERS=${webhookDeadLetters}`);
  say(`Events go to ${webhookTo.join(' and ')}, signed with ${signingSecret(process.env)}.`);
}

function readyLine({ cloud, mux, simulator }: Running) {
  const { api, s3, dynamodb, sqs } = cloud.urls;
  return {
    ready: true,
    api,
    s3,
    dynamodb,
    sqs,
    bucket: cloud.plan.buckets[0]?.name,
    table: cloud.plan.tables[0]?.name,
    accessKeyId: cloud.owner.accessKeyId,
    secretAccessKey: cloud.owner.secretAccessKey,
    queues: queuesOf(cloud),
    ...(simulator && { mux: mux.url }),
  };
}

/** URLs by the names that the stack's outputs have: what `icehouse dlq` wants to know. */
function queuesOf({ plan, queueUrls }: Running['cloud']): Record<string, string | undefined> {
  const urlOf = (id: RegExp) =>
    queueUrls.get(plan.queues.find(({ logicalId }) => id.test(logicalId))?.arn ?? '');
  return {
    copy: urlOf(/QueuesCopy[0-9A-F]{8}$/),
    copyDeadLetters: urlOf(/CopyDeadLetters/),
    failedInvocations: urlOf(/FailedInvocations/),
    webhookDeadLetters: urlOf(/WebhooksDeadLetters/),
  };
}

/** A second signal does not wait. */
function stopOnSignals(running: Running): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      void stop(running, 0);
    });
  }
}

async function stop(running: Running, exitCode: number): Promise<void> {
  await running.close().catch((error: unknown) => say(String(error)));
  process.exit(exitCode);
}

try {
  await main();
} catch (error) {
  // An error of ours says all there is to know; of any other the stack is wanted.
  say(
    error instanceof CloudError ? `${error.code}: ${error.message}` : String((error as Error).stack ?? error),
  );
  process.exit(1);
}
