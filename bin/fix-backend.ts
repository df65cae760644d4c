#!/usr/bin/env node
import { Session } from '../src/commands/context.ts';
import { main } from '../src/commands/main.ts';

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

const session = new Session(() => {
  for (const [signal, code] of SIGNALS) {
    process.on(signal, () => {
      if (process.stdin.isTTY) process.stdin.setRawMode(false);
      session.interrupt();
      process.exit(code);
    });
  }
});

// Whoever reads our output may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 3);
});
process.stderr.on('error', () => {});

const exitCode = await main(
  {
    argv: process.argv.slice(2),
    env: process.env,
    absoluteCwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  },
  session,
);
process.stdout.write('', () => process.exit(exitCode));
