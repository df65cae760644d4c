import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { nearest } from '../plan/id-patterns.ts';
import type { Host } from '../terminal/host.ts';
import { Interrupted } from '../terminal/question.ts';
import { Terminal } from '../terminal/terminal.ts';
import { FixBackendError } from '../types.ts';
import type { Context, Session } from './context.ts';
import { sayError } from './errors.ts';
import type { CommonOptions } from './options.ts';
import { type Actions, program } from './program.ts';

const COMMANDS = ['audit', 'verify', 'explain', 'undo', 'redo', 'history', 'report', 'clean'];

/** Runs one command line. Returns the exit code; throws nothing. */
export async function main(host: Host, session: Session): Promise<number> {
  const first = terminalFor(host, { color: 'auto', showSecrets: false });
  session.terminal = first;
  let debug = host.argv.includes('--debug');
  let exitCode = 0;
  const run = async (options: CommonOptions, command: (context: Context) => Promise<number>) => {
    const terminal = terminalFor(host, options);
    session.terminal = terminal;
    debug = options.debug;
    exitCode = await command({ host, terminal, session });
  };
  try {
    await program(actions(host, run), (text) => first.raw(text)).parseAsync([...host.argv], {
      from: 'user',
    });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const terminal = session.terminal;
    if (error instanceof Interrupted) return interrupted(session);
    return sayError(error instanceof CommanderError ? usage(error) : error, { terminal, session }, debug);
  } finally {
    session.terminal.restore();
  }
}

type Run = (options: CommonOptions, command: (context: Context) => Promise<number>) => Promise<void>;

/** Each command is loaded when it is typed, so that `--help` need not wait for any. */
function actions(host: Host, run: Run): Actions {
  return {
    async fix(paths, options) {
      for (const path of paths) checkNotACommand(path, host);
      const { fix } = await import('./fix.ts');
      await run(options, (context) => fix(paths, options, context));
    },
    async audit(paths, options) {
      const { audit } = await import('./audit.ts');
      await run(options, (context) => audit(paths, options, context));
    },
    async verify(path, options) {
      const { verifyOnly } = await import('./verify-only.ts');
      await run(options, (context) => verifyOnly(path, options, context));
    },
    async undo(args, options) {
      const { undoRun } = await import('./undo.ts');
      await run(options, (context) => undoRun(args, 'undo', context));
    },
    async redo(args, options) {
      const { undoRun } = await import('./undo.ts');
      await run(options, (context) => undoRun(args, 'redo', context));
    },
    async history(path, options) {
      const { history } = await import('./history.ts');
      await run(options, (context) => history(path, context));
    },
    async clean(path, options) {
      const { cleanRuns } = await import('./clean.ts');
      await run(options, (context) => cleanRuns(path, options, context));
    },
    async report(args, options) {
      const { printReport } = await import('./report.ts');
      await run(options, (context) => printReport(args, options, context));
    },
    async explain(id, options) {
      const { explain } = await import('./explain.ts');
      await run(options, (context) => explain(id, context));
    },
  };
}

function terminalFor(host: Host, options: Pick<CommonOptions, 'color' | 'showSecrets'>): Terminal {
  return new Terminal(host, host.env, { colour: options.color, showSecrets: options.showSecrets });
}

function interrupted(session: Session): number {
  session.interrupt();
  return 130;
}

/** A word that is no folder may be a command with a letter wrong. */
function checkNotACommand(path: string, host: Host): void {
  if (existsSync(resolve(host.absoluteCwd, path))) return;
  const near = /^[a-z]+$/.test(path) ? nearest(path, COMMANDS) : undefined;
  if (!near) return;
  throw new FixBackendError(`there is neither a folder nor a command named ${path}.`, {
    next: `Did you mean:  fix-backend ${near}`,
    exitCode: 2,
  });
}

function usage(error: CommanderError): FixBackendError {
  const [message = '', ...hint] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /Did you mean (?:one of )?(.*)\?\)/.exec(hint.join(' '))?.[1];
  return new FixBackendError(`${message.replace(/\.$/, '')}.`, {
    next: suggestion ? `Did you mean:  ${suggestion}` : 'See what there is:  fix-backend --help',
    exitCode: 2,
  });
}
