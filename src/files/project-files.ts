import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isInsideRepository, listFiles } from '../git.ts';
import type { Problem } from '../types.ts';
import { splitPath } from './folder.ts';
import { errorCode, shellWord } from './io-error.ts';
import { isDotenv, isEnvironment, isSkippedName } from './skipped.ts';
import { walk } from './walk.ts';

/**
 * The files of the project below a real folder, relative to it: what git counts as its own, or outside a repository
 * what no `.gitignore` excludes; and every `.env` file beside them. A symbolic link is among them where it leads to a
 * file below the root. Whatever keeps us from looking is a problem.
 */
export function projectFiles(absoluteRoot: string): { paths: string[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const paths = listBelow(absoluteRoot, '', problems).filter((path) =>
    isReadable(absoluteRoot, path, problems),
  );
  return { paths, problems };
}

function listBelow(absoluteRoot: string, base: string, problems: Problem[]): string[] {
  const absolute = join(absoluteRoot, base);
  const listed = listFiles(absolute);
  if (!listed) {
    if (isRepository(absolute) && isInsideRepository(absolute)) problems.push(unlisted(base));
    return walk(absolute, (folder, error) => problems.push(unlistable(base + folder, error))).map(
      (path) => base + path,
    );
  }
  const folders = new ProjectFolders(absolute);
  const files = listed.filter((path) => folders.holds(path));
  const nested = files.filter((path) => isRepository(join(absolute, path)));
  const inner = nested.flatMap((path) =>
    listBelow(absoluteRoot, `${base}${path.replace(/\/$/, '')}/`, problems),
  );
  const own = new Set([...files, ...folders.dotenvFiles()]);
  for (const path of nested) own.delete(path);
  return [...[...own].map((path) => base + path), ...inner];
}

/** A link to a repository is not one: it would lead out of the root, or round in circles. */
function isRepository(absolute: string): boolean {
  const stats = lstatSync(absolute.replace(/\/$/, ''), { throwIfNoEntry: false });
  return stats?.isDirectory() === true && existsSync(join(absolute, '.git'));
}

/** Remembers which of a repository's folders belong to the project. `''` is the top, the others end in `/`. */
class ProjectFolders {
  private readonly absolute: string;
  private readonly known = new Map<string, boolean>([['', true]]);

  constructor(absolute: string) {
    this.absolute = absolute;
  }

  holds(path: string): boolean {
    const { folder, name } = splitPath(path.replace(/\/$/, ''));
    return !isSkippedName(name) && this.isProject(folder);
  }

  dotenvFiles(): string[] {
    const folders = [...this.known].flatMap(([folder, isProject]) => (isProject ? [folder] : []));
    return folders.flatMap((folder) => this.dotenvIn(folder));
  }

  private isProject(folder: string): boolean {
    const known = this.known.get(folder);
    if (known !== undefined) return known;
    const inside = this.holds(folder) && !isEnvironment(join(this.absolute, folder));
    this.known.set(folder, inside);
    return inside;
  }

  private dotenvIn(folder: string): string[] {
    try {
      const names = readdirSync(join(this.absolute, folder)).filter(isDotenv);
      return names.map((name) => (folder === '' ? name : `${folder}/${name}`));
    } catch {
      // A tracked folder that is not on the disk.
      return [];
    }
  }
}

function isReadable(absoluteRoot: string, path: string, problems: Problem[]): boolean {
  const stats = lstatSync(join(absoluteRoot, path), { throwIfNoEntry: false });
  if (stats?.isFile()) return true;
  if (!stats && path.includes('\ufffd')) problems.push(unnameable(path));
  if (!stats?.isSymbolicLink()) return false;
  if (leadsToFileInside(absoluteRoot, path)) return true;
  if (isDotenv(splitPath(path).name)) problems.push(leadsOut(path));
  return false;
}

/** False for a link that leads out of the root, to a folder, into a loop or nowhere. */
export function leadsToFileInside(absoluteRoot: string, path: string): boolean {
  try {
    const real = realpathSync.native(join(absoluteRoot, path));
    return real.startsWith(join(absoluteRoot, sep)) && statSync(real).isFile();
  } catch {
    return false;
  }
}

function unlistable(folder: string, error: unknown): Problem {
  const file = folder.replace(/\/$/, '');
  const reason = errorCode(error) ?? (error instanceof Error ? error.message : String(error));
  const message = `The folder cannot be listed (${reason}), so nothing in it was looked at.`;
  return { file, message, next: `Give yourself permission:  chmod u+rx ${shellWord(file)}` };
}

function unlisted(base: string): Problem {
  const message =
    'git cannot list the files of this repository, so its .gitignore files alone say which belong to it.';
  return { file: `${base}.git`, message, next: 'See what is wrong:  git status' };
}

function unnameable(path: string): Problem {
  return { file: path, message: 'Its name is not UTF-8.', next: 'Rename it, if it belongs to the backend.' };
}

function leadsOut(path: string): Problem {
  const message = 'It is a symbolic link that does not lead to a file of this project, so it was not read.';
  return { file: path, message, next: 'Put a copy of the file there, if the backend reads it.' };
}
