// `icehouse copy`: any file from a URL into a bucket, with the engine that archives masters. It needs no Icehouse stack.
import { type Command, Option } from 'commander';
import { OBJECT_CLASSES, type ObjectClass } from '../../lambdas/contract/names.ts';
import { count, type S3Location, s3Location, sizeBytes, sourceUrl } from '../arguments.ts';
import type { CopyReceipt, CopyView } from '../copy/copy-url.ts';
import { isLoopback } from '../credentials.ts';
import { plain } from '../format.ts';
import { CommandError, EXIT } from '../problems.ts';
import { type OpenScreen, show } from '../session.ts';

interface Options {
  readonly storageClass: ObjectClass;
  readonly concurrency?: number;
  readonly partSize?: number;
  readonly media?: true;
  readonly allowHttp?: true;
  readonly abortOthers?: true;
}

const MORE = `
Run again after a failure it goes on: parts that S3 already holds are compared
with the source by samples and kept. Credentials and region are those of the
AWS CLI; AWS_ENDPOINT_URL_S3 names another S3, NODE_EXTRA_CA_CERTS its authority.

Example:
  $ icehouse copy https://example.com/film.mp4 s3://films/2026/film.mp4 --storage-class DEEP_ARCHIVE

For scripts: 1 is for you to look at, 3 (source or S3 not reachable, or busy) and
130 (interrupted) go on when run again.`;

/** `pathStyle`: the bucket's name goes into the path, which any S3 but AWS's own may need. */
export function addCopy(program: Command, open: OpenScreen, s3: { readonly pathStyle: boolean }): void {
  program
    .command('copy')
    .summary('copy any file from a URL into a bucket')
    .description('Copies a file into S3 by parts, several at a time, and proves size and CRC32.')
    .argument('<url>', 'where the file is: https, or http on this machine', sourceUrl)
    .argument('<destination>', 's3://bucket/key', s3Location)
    .addOption(
      new Option('--storage-class <class>', 'where S3 keeps it').choices(OBJECT_CLASSES).default('STANDARD'),
    )
    .option('--concurrency <n>', 'parts under way at once (4 unless given)', count)
    .option('--part-size <size>', 'such as 64MiB (chosen by the size of the file unless given)', sizeBytes)
    .option('--media', 'refuse what is not a whole MP4 or M4A')
    .option('--allow-http', 'plain http to other machines too')
    .option('--abort-others', 'end other unfinished uploads of this key, once the copy is done')
    .addHelpText('after', MORE)
    .action(async (url: URL, to: S3Location, options: Options, command: Command) => {
      const session = open(command);
      if (url.protocol === 'http:' && !isLoopback(url) && !options.allowHttp) throw insecureSource(url);
      // The engine and the AWS libraries are loaded by the one command that needs them.
      const { copyView, receiptView, SILENT } = await import('../copy/copy-screen.ts');
      const view = session.json ? SILENT : copyView(session.screen, session.nowMs);
      view.note(plain(`${url.origin}${url.pathname} to s3://${to.bucket}/${to.key}`));
      const receipt = await run(url, to, options, s3, view).finally(view.done);
      show(session, receipt, () => receiptView(receipt, session.screen));
    });
}

async function run(
  url: URL,
  { bucket, key }: S3Location,
  options: Options,
  { pathStyle }: { readonly pathStyle: boolean },
  view: CopyView,
): Promise<CopyReceipt> {
  const [{ openPorts }, { copyUrl }, { copyProblem, interrupted }] = await Promise.all([
    import('../copy/copy-ports.ts'),
    import('../copy/copy-url.ts'),
    import('../copy/copy-problems.ts'),
  ]);
  const stop = new AbortController();
  const onInterrupt = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort(interrupted());
  };
  // Not by `once`: what gives the terminal its cursor back ends the program when it finds itself the only listener.
  process.on('SIGINT', onInterrupt);
  const { storageClass, concurrency, partSize: partSizeBytes, media = false, abortOthers = false } = options;
  const order = { url: url.href, key, storageClass, concurrency, partSizeBytes, media, abortOthers };
  try {
    await using ports = await openPorts({ bucket, pathStyle });
    return await copyUrl(ports, { ...order, signal: stop.signal }, view);
  } catch (error) {
    throw copyProblem(error);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function insecureSource(url: URL): CommandError {
  const problem = {
    title: 'Not copied',
    code: 'INSECURE_SOURCE',
    detail: `${url.origin} is plain http to another machine: anybody on the way could change the file.`,
    action: 'Use https, or say --allow-http.',
  };
  return new CommandError(problem, EXIT.usage);
}
