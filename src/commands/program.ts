import { Command, InvalidArgumentError, Option } from 'commander';
import { CHECKPOINTS } from '../checkpoint.ts';
import { FORMATS } from '../show/format.ts';
import { VERIFY_LEVELS } from '../types.ts';
import { redisServer } from '../verify/given/redis-server.ts';
import { serverAddress } from '../verify/given/server-address.ts';
import { version } from '../version.ts';
import type { AuditOptions, CommonOptions, FixOptions, VerifyOptions } from './options.ts';

/** What each command does; `main` gives the real ones. Every one returns an exit code. */
export interface Actions {
  fix(paths: string[], options: FixOptions): Promise<void>;
  audit(paths: string[], options: AuditOptions): Promise<void>;
  verify(path: string, options: CommonOptions & VerifyOptions & { format: 'text' | 'json' }): Promise<void>;
  undo(args: string[], options: CommonOptions): Promise<void>;
  redo(args: string[], options: CommonOptions): Promise<void>;
  history(path: string, options: CommonOptions): Promise<void>;
  clean(path: string, options: CommonOptions & { olderThan?: number }): Promise<void>;
  report(args: string[], options: CommonOptions & { format: 'markdown' | 'json' }): Promise<void>;
  explain(id: string | undefined, options: CommonOptions): Promise<void>;
}

const EXAMPLES = `Repairs the database layer of a web backend, and starts the server to prove it.

  fix-backend                        look, show each repair, ask, write, start the server
  fix-backend --dry-run              look and show; nothing is written, nothing is run
  fix-backend ./api ./worker --yes   take every safe repair, in two backends
  fix-backend undo                   take the last run back

`;

const EXIT_CODES = `
Exit codes:
  0  nothing left to do, or all done      3  an error; the files are as before
  1  something is left, or would change   4  a file changed since the plan was made
  2  wrong usage, or no terminal to ask   5  written, but something new fails
`;

/** The command line as commander knows it. Errors are thrown; what it prints itself is the help and the version. */
export function program(actions: Actions, print: (text: string) => void): Command {
  const root = new Command('fix-backend')
    .version(version(), '-V, --version', 'print the version')
    .usage('[options] [paths...]')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ helpWidth: 96, sortSubcommands: false })
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => {} })
    .exitOverride()
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions();
  repairing(root.argument('[paths...]', 'folders of backends; the current one by default')).action((paths) =>
    actions.fix(paths, optionsOf(root)),
  );
  repairing(root.command('fix [paths...]', { hidden: true })).action((paths, _, command) =>
    actions.fix(paths, optionsOf(command)),
  );
  addLookers(root, actions);
  addRunCommands(root, actions);
  return root;
}

function repairing(command: Command): Command {
  selecting(command)
    .optionsGroup('Writing:')
    .option('--dry-run', 'show what would change; write nothing, run nothing')
    .option('-y, --yes', 'take every safe repair without asking')
    .option('--unsafe', 'with --yes: take the unsafe ones as well')
    .addOption(
      new Option(
        '--by-error',
        'start the server first, repair only what its error points to, and start it again',
      ).conflicts('dryRun'),
    )
    .addOption(
      new Option(
        '--until <checkpoint>',
        'stop where the modules load, the database is set up, or the server answers',
      ).choices(CHECKPOINTS),
    )
    .addOption(
      new Option('--commit', 'make a git commit at each checkpoint').conflicts(['dryRun', 'allowDirty']),
    )
    .option('--allow-dirty', 'write though git has changes that are not committed');
  formatted(command);
  return common(
    verifying(command, ['none', ...VERIFY_LEVELS])
      .addOption(
        new Option(
          '--lock',
          'have the package manager refresh the lock file of each changed manifest',
        ).conflicts('dryRun'),
      )
      .addOption(
        new Option('--install', 'run the install command in your own environment').conflicts('dryRun'),
      ),
  );
}

function addLookers(root: Command, actions: Actions): void {
  const audit = root.command('audit [paths...]').description('list what is wrong; exit 1 if anything is');
  common(formatted(selecting(audit))).action((paths, _, command) => actions.audit(paths, optionsOf(command)));
  const verify = root.command('verify [path]').description('start the server as it is, and check it');
  common(verifying(jsonOr('text', verify), VERIFY_LEVELS)).action((path, _, command) =>
    actions.verify(path ?? '.', optionsOf(command)),
  );
  const explain = root
    .command('explain [id-or-log]')
    .description('what a transform repairs, and why; what an error comes from: explain < error.log');
  common(explain).action((id, _, command) => actions.explain(id, optionsOf(command)));
}

function addRunCommands(root: Command, actions: Actions): void {
  const undo = root.command('undo [run-or-path...]').description('take a run back; the last one by default');
  common(undo).action((args, _, command) => actions.undo(args, optionsOf(command)));
  const redo = root.command('redo [run-or-path...]').description('write a run again that was taken back');
  common(redo).action((args, _, command) => actions.redo(args, optionsOf(command)));
  const history = root.command('history [path]').description('list the runs');
  common(history).action((path, _, command) => actions.history(path ?? '.', optionsOf(command)));
  const report = root
    .command('report [run-or-path...]')
    .description('print the report of a run; the last one by default');
  common(jsonOr('markdown', report)).action((args, _, command) => actions.report(args, optionsOf(command)));
  const clean = root
    .command('clean [path]')
    .description('remove the backups and reports of runs; they cannot be undone after that')
    .option('--older-than <days>', 'only those that are older', days);
  common(clean).action((path, _, command) => actions.clean(path ?? '.', optionsOf(command)));
}

function selecting(command: Command): Command {
  return command
    .optionsGroup('Choosing:')
    .option('--only <ids>', 'only these transforms: ids, beginnings or globs, by commas', list)
    .option('--skip <ids>', 'all but these', list)
    .option('--target <package==version>', 'as if this version were installed: what breaks with it', list);
}

function formatted(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .addOption(new Option('--format <name>', 'how to show it').choices(FORMATS).default('text'));
}

function jsonOr(usual: string, command: Command): Command {
  return command
    .optionsGroup('Output:')
    .addOption(new Option('--format <name>', 'how to print it').choices([usual, 'json']).default(usual));
}

function verifying(command: Command, levels: readonly string[]): Command {
  return command
    .optionsGroup('Verification:')
    .addOption(
      new Option(
        '--verify <level>',
        'how far: import the modules, boot the server, probe its routes, run its tests',
      )
        .choices(levels)
        .default('probe'),
    )
    .option('--probe-writes', 'create, read, update and delete through the routes, in a scratch database')
    .option('--tests', "run the project's own tests as well: --verify=tests")
    .option(
      '--database-url <url>',
      'a server to make the scratch database on; the embedded one by default',
      addressOf(serverAddress),
    )
    .option(
      '--redis-url <url>',
      'a Redis to lend to the backend: an empty database of it',
      addressOf(redisServer),
    )
    .option('--python <path>', 'the interpreter to verify with')
    .option('--no-sandbox', 'run the server without a sandbox');
}

function common(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .addOption(
      new Option('--color <when>', 'use colours').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('--show-secrets', 'show passwords and keys as they are')
    .option('--no-input', 'never ask')
    .addOption(new Option('--debug', 'show where an error comes from').hideHelp());
}

/** What an option means that was not typed. Said to commander, it would stand behind every option in the help. */
const UNTYPED = {
  dryRun: false,
  yes: false,
  unsafe: false,
  allowDirty: false,
  install: false,
  byError: false,
  commit: false,
  probeWrites: false,
  tests: false,
  showSecrets: false,
  debug: false,
  only: [],
  target: [],
  skip: [],
};

/** A command's options; one that was typed before the command's name counts as well. */
function optionsOf<T>(command: Command): T {
  const { parent } = command;
  const typedBefore = Object.entries(parent?.opts() ?? {}).filter(
    ([name]) => parent?.getOptionValueSource(name) === 'cli',
  );
  return {
    ...UNTYPED,
    ...Object.fromEntries(typedBefore),
    ...ownOptions(command, new Set(typedBefore.map(([name]) => name))),
  } as T;
}

function ownOptions(command: Command, typedBefore: ReadonlySet<string>): object {
  const own = Object.entries(command.opts()).filter(
    ([name]) => !typedBefore.has(name) || command.getOptionValueSource(name) === 'cli',
  );
  return Object.fromEntries(own);
}

function list(typed: string, earlier: string[] = []): string[] {
  return [
    ...earlier,
    ...typed
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean),
  ];
}

/** An address that `read` takes, as it was typed. */
function addressOf(read: (typed: string) => unknown): (typed: string) => string {
  return (typed) => {
    try {
      read(typed);
      return typed;
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

function days(typed: string): number {
  const number = Number(typed);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError('It is not a number of days.');
  return number;
}
