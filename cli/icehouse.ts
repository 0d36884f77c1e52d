#!/usr/bin/env node
// The `icehouse` command as a process of its own: where it starts, its streams, and its exit code.
import { main } from './main.ts';
import { EXIT } from './problems.ts';

// `icehouse list | head` closes the pipe before we are done, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

process.exitCode = await main(process.argv.slice(2), process);
