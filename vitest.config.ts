// How the tests run: four files at once, since the lives wait more than they reckon. A file is a process of its own where it
// starts others, or where what it imports remembers the environment; all others share a few, and load what they import once.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const { TEST_REPORT } = process.env;

// What Node compiles once it need not compile again in the hundreds of processes that the tests start: Node's own place for it.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache');

// Each life would get copies of all bundles, which Node would compile anew, since it keeps what it compiled by the file's path.
process.env.CDK_CONTEXT_JSON ??= JSON.stringify({ 'aws:cdk:disable-asset-staging': true });

/** Stay clear of vi.mock, lambdas/handlers, whose modules keep the first environment they see, and a vi.stubEnv that stays. */
const SHARED = [
  'test/{bench,cli,client,contract,domain,lib,stages}/**/*.test.ts',
  'test/adapters/!(clients|mux|post|ssrf).test.ts',
  'test/docs/examples/*.test.ts',
  'test/fuzz/{config,ledger-item,mux-answers,stages}.test.ts',
  'test/local/{media,mux,s3}/**/*.test.ts',
];

/** What waits most begins first, so that a machine does not end with one core at work. */
class LivesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      ['/test/lives/', '/test/simulation/', '/test/'].findIndex((room) => moduleId.includes(room));
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 4,
    sequence: { sequencer: LivesFirst },
    reporters: TEST_REPORT ? ['default', ['json', { outputFile: TEST_REPORT }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['test/**/*.test.ts'],
          exclude: SHARED,
          globalSetup: 'test/bundled.ts',
        },
      },
      {
        extends: true,
        test: { name: 'shared', include: SHARED, isolate: false },
      },
    ],
  },
});
