import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type BigIntStats, existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

/**
 * The only git calls of the project. A repository is a stranger's: its configuration names programs that git would
 * start (fsmonitor, hooks, filters, pagers, a bare repository in a subfolder). Only commands that start none of them
 * are used, behind options that switch them off: https://git-scm.com/docs/git-config, gitattributes(5).
 * Never `git status` or `git diff`: they run `filter.*.clean`.
 */
const SAFE = [
  '--no-optional-locks',
  '--no-pager',
  '--literal-pathspecs',
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'safe.bareRepository=explicit'],
  ...['-c', 'protocol.allow=never'],
];

/** From the person's environment, since `GIT_*` can name programs too. */
const KEPT = ['HOME', 'USERPROFILE', 'XDG_CONFIG_HOME', 'SystemRoot', 'TMPDIR', 'TEMP'];

/** True where the folder lies in a git working tree and git is there to be asked. */
export function isInsideRepository(absoluteFolder: string): boolean {
  return git(absoluteFolder, ['rev-parse', '--git-dir']) !== undefined;
}

/**
 * What git counts as the project below a folder: tracked, or neither tracked nor ignored. Paths are relative to the
 * folder; one that ends in `/` is a repository in the repository. Tracked files may be missing from the disk.
 * Returns undefined outside a repository, without git, where git fails, and where the outer repository ignores the folder.
 */
export function listFiles(absoluteFolder: string): string[] | undefined {
  const out = git(absoluteFolder, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const paths = out && [...new Set(split(out))];
  const isTop = existsSync(join(absoluteFolder, '.git'));
  return paths && (isTop || paths.length > 0) ? paths : undefined;
}

/**
 * Tracked files below the root whose content is not committed: changed, deleted or staged. Paths are relative to the root;
 * `paths` asks about these only. Changed permission bits and untracked files do not count. None outside a repository.
 */
export function dirtyFiles(absoluteRoot: string, paths?: Iterable<string>): string[] {
  const index = git(absoluteRoot, ['ls-files', '-z', '-s', '--debug']);
  if (index === undefined) return [];
  const entries = parseIndex(index);
  const committed = parseTree(git(absoluteRoot, ['ls-tree', '-r', '-z', 'HEAD']) ?? '');
  const writtenAt = indexTime(absoluteRoot);
  const every = new Set([...entries.keys(), ...committed.keys()]);
  const asked = paths === undefined ? every : new Set(paths);
  return [...every].filter((path) => {
    if (!asked.has(path)) return false;
    const entry = entries.get(path);
    return (
      entry?.id !== committed.get(path) || !entry || isChanged(join(absoluteRoot, path), entry, writtenAt)
    );
  });
}

interface IndexEntry {
  mode: string;
  id: string;
  /** As git noted them when it last looked, in nanoseconds. */
  ctime: bigint;
  mtime: bigint;
  size: number;
  /** Left out of a sparse checkout on purpose. */
  skipped: boolean;
}

/** `100644 <id> 0\t<path>NUL` and five indented lines of what git noted of the file. */
const ENTRY =
  /(\d{6}) ([0-9a-f]+) (\d)\t([^\0]*)\0 {2}ctime: (\S+)\n {2}mtime: (\S+)\n.*\n.*\n {2}size: (\d+)\tflags: ([0-9a-f]+)\n/g;
const SKIP_WORKTREE = 0x40000000;

function parseIndex(out: string): Map<string, IndexEntry> {
  return new Map(
    [...out.matchAll(ENTRY)].map(([, mode = '', id = '', stage, path = '', ctime, mtime, size, flags]) => {
      const skipped = (Number.parseInt(flags ?? '0', 16) & SKIP_WORKTREE) !== 0;
      const noted = { ctime: nanoseconds(ctime), mtime: nanoseconds(mtime), size: Number(size) };
      // A stage other than 0 is a conflict, which no commit holds.
      return [path, { mode, id: stage === '0' ? id : '', ...noted, skipped }];
    }),
  );
}

function nanoseconds(noted = '0:0'): bigint {
  const [seconds = '0', rest = '0'] = noted.split(':');
  return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
}

function parseTree(out: string): Map<string, string> {
  const entries = split(out).map((line) => /^\d{6} \w+ ([0-9a-f]+)\t(.*)$/s.exec(line));
  return new Map(entries.map((match) => [match?.[2] ?? '', match?.[1] ?? '']));
}

function isChanged(absolute: string, entry: IndexEntry, indexWrittenAt: bigint): boolean {
  if (entry.mode === '160000') return false;
  const stats = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
  if (!stats) return !entry.skipped;
  if (stats.isDirectory() || stats.isSymbolicLink() !== (entry.mode === '120000')) return true;
  return !isAsNoted(stats, entry, indexWrittenAt) && !hasBlob(absolute, stats, entry.id);
}

/**
 * Git's own shortcut, and the only answer about a file that goes through a filter, which we do not run. A file changed
 * in the moment that the index was written proves nothing (git's technical/racy-git).
 */
function isAsNoted(stats: BigIntStats, entry: IndexEntry, indexWrittenAt: bigint): boolean {
  const { size, mtimeNs, ctimeNs } = stats;
  const same = Number(size) === entry.size && mtimeNs === entry.mtime && ctimeNs === entry.ctime;
  return same && mtimeNs < indexWrittenAt;
}

/** Compares with the file's bytes, and with `\n` for `\r\n` (autocrlf) where that differs. */
function hasBlob(absolute: string, stats: BigIntStats, id: string): boolean {
  if (!stats.isSymbolicLink() && !stats.isFile()) return false;
  const bytes = stats.isSymbolicLink() ? Buffer.from(readlinkSync(absolute)) : readFileSync(absolute);
  if (blobId(bytes, id.length) === id) return true;
  const unix = Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
  return blobId(unix, id.length) === id;
}

function blobId(bytes: Buffer, length: number): string {
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}

function indexTime(absoluteFolder: string): bigint {
  const path = git(absoluteFolder, ['rev-parse', '--git-path', 'index'])?.replace(/\n$/, '');
  const stats = path && lstatSync(resolve(absoluteFolder, path), { bigint: true, throwIfNoEntry: false });
  return stats ? stats.mtimeNs : 0n;
}

/** What git prints; undefined outside a repository, without git, and where git fails or takes more than a minute. */
export function git(absoluteFolder: string, args: string[]): string | undefined {
  const done = gitSays(absoluteFolder, args);
  return 'out' in done ? done.out : undefined;
}

/** The same with what git reads on its standard input, and with the reason where it fails. */
export function gitSays(
  absoluteFolder: string,
  args: string[],
  input: Buffer | string = '',
): { out: string } | { reason: string } {
  const absoluteTop = topOf(absoluteFolder);
  if (absoluteTop === undefined) return { reason: 'there is no git repository' };
  const place = [`--git-dir=${join(absoluteTop, '.git')}`, `--work-tree=${absoluteTop}`];
  const { status, stdout, stderr, error } = spawnSync('git', [...place, ...SAFE, ...args], {
    cwd: absoluteFolder,
    env: safeEnvironment(),
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 60_000,
    windowsHide: true,
  });
  if (status === 0) return { out: stdout };
  return { reason: (error?.message ?? stderr.trim().split('\n').at(-1)) || `git ${args[0]} failed` };
}

/** The folder that holds `.git`. Found by us, so that git never takes a bare repository among the files for one. */
function topOf(absoluteFolder: string): string | undefined {
  if (existsSync(join(absoluteFolder, '.git'))) return absoluteFolder;
  const parent = dirname(absoluteFolder);
  return parent === absoluteFolder ? undefined : topOf(parent);
}

function safeEnvironment(): NodeJS.ProcessEnv {
  const kept = KEPT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  // A relative entry of PATH would find a `git` in the repository.
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    NoDefaultCurrentDirectoryInExePath: '1',
  };
}

function split(out: string): string[] {
  return out.split('\0').filter((entry) => entry !== '');
}
