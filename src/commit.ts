import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, gitSays } from './git.ts';

/**
 * Commits the present bytes of files that git tracks or does not know yet, and nothing else. Paths are relative to the root.
 * Built from plumbing, since `git add` and `git commit` run filters and hooks, which a repository may name:
 * https://git-scm.com/docs/git-commit-tree. The index must equal the last commit. Returns the commit's id, or why there is none.
 */
export function commitFiles(
  absoluteRoot: string,
  paths: readonly string[],
  message: string,
): { id: string } | { reason: string } {
  const filtered = withFilter(absoluteRoot, paths);
  if (filtered) return { reason: `${filtered} goes through a git filter, which is not run` };
  for (const path of paths) {
    const added = stage(absoluteRoot, path);
    if (added) return { reason: added };
  }
  const tree = gitSays(absoluteRoot, [...withoutFilters(absoluteRoot), 'write-tree']);
  if ('reason' in tree) return tree;
  const parent = git(absoluteRoot, ['rev-parse', '--verify', '-q', 'HEAD'])?.trim();
  const words = ['commit-tree', tree.out.trim(), ...(parent ? ['-p', parent] : []), '-m', message];
  const made = gitSays(absoluteRoot, words);
  if ('reason' in made) return made;
  const moved = gitSays(absoluteRoot, [
    'update-ref',
    '-m',
    'fix-backend',
    'HEAD',
    made.out.trim(),
    ...(parent ? [parent] : []),
  ]);
  return 'reason' in moved ? moved : { id: made.out.trim() };
}

/** The first of the paths whose bytes git would send through a program. */
function withFilter(absoluteRoot: string, paths: readonly string[]): string | undefined {
  const said = git(absoluteRoot, ['check-attr', '-z', 'filter', '--', ...paths])?.split('\0') ?? [];
  for (let at = 0; at + 2 < said.length; at += 3)
    if (said[at + 2] !== 'unspecified' && said[at + 2] !== 'unset') return said[at];
  return undefined;
}

/** Puts one file into the index, with the mode it has there. Returns what went wrong. */
function stage(absoluteRoot: string, path: string): string | undefined {
  const prefix = git(absoluteRoot, ['rev-parse', '--show-prefix'])?.trim() ?? '';
  const [mode = '', known] = git(absoluteRoot, ['ls-files', '-s', '-z', '--', path])?.split(' ') ?? [];
  const blob = gitSays(
    absoluteRoot,
    ['hash-object', '-w', '--stdin'],
    committedForm(absoluteRoot, path, known),
  );
  if ('reason' in blob) return blob.reason;
  const info = `${mode || NEW_FILE},${blob.out.trim()},${prefix}${path}`;
  const put = gitSays(absoluteRoot, [
    ...withoutFilters(absoluteRoot),
    'update-index',
    '--add',
    '--cacheinfo',
    info,
  ]);
  return 'reason' in put ? put.reason : undefined;
}

/**
 * Settings that switch off every filter there is: writing the index, as write-tree does too, looks again at files that changed in the moment it was
 * last written (git's technical/racy-git), and would send them through theirs.
 */
function withoutFilters(absoluteRoot: string): string[] {
  const names =
    git(absoluteRoot, ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'])?.split('\0') ?? [];
  return names
    .filter(Boolean)
    .flatMap((name) => ['-c', name.endsWith('.required') ? `${name}=false` : `${name}=`]);
}

const NEW_FILE = '100644';

/** A file's bytes; with `\n` for `\r\n` where the committed ones have it so (autocrlf). */
function committedForm(absoluteRoot: string, path: string, known: string | undefined): Buffer {
  const bytes = readFileSync(join(absoluteRoot, path));
  const before = known && git(absoluteRoot, ['cat-file', 'blob', known]);
  if (before === undefined || before === '' || before.includes('\r\n')) return bytes;
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
