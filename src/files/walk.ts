import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { isDotenv, isEnvironment, isSkippedName } from './skipped.ts';

/** One `.gitignore`: what it says of paths below its folder. */
interface Rules {
  /** `''` or a path that ends in `/`. */
  base: string;
  rules: Ignore;
}

/**
 * Lists files and symbolic links below a folder, relative to it, without git: nested `.gitignore` files hold, links
 * are never followed. Ignored `.env` files are listed. `unreadable` is called with each folder that cannot be listed.
 */
export function walk(absoluteFolder: string, unreadable: (folder: string, error: unknown) => void): string[] {
  const found: string[] = [];
  const visit = (folder: string, outer: Rules[]) => {
    const entries = list(join(absoluteFolder, folder), (error) => unreadable(folder, error));
    const rules = [...readRules(absoluteFolder, folder, entries), ...outer];
    for (const entry of entries) {
      const path = folder + entry.name;
      if (entry.isDirectory()) {
        if (isProjectFolder(absoluteFolder, path, entry.name, rules)) visit(`${path}/`, rules);
      } else if (isProjectFile(entry, path, rules)) found.push(path);
    }
  };
  visit('', []);
  return found;
}

function list(absoluteFolder: string, failed: (error: unknown) => void): Dirent[] {
  try {
    return readdirSync(absoluteFolder, { withFileTypes: true });
  } catch (error) {
    failed(error);
    return [];
  }
}

function readRules(absoluteFolder: string, folder: string, entries: Dirent[]): Rules[] {
  if (!entries.some((entry) => entry.name === '.gitignore' && entry.isFile())) return [];
  try {
    const text = readFileSync(join(absoluteFolder, folder, '.gitignore'), 'utf8');
    return [{ base: folder, rules: ignore().add(text) }];
  } catch {
    // It shows up as a problem where the file itself is read.
    return [];
  }
}

function isProjectFolder(absoluteFolder: string, path: string, name: string, rules: Rules[]): boolean {
  if (isSkippedName(name) || isIgnored(`${path}/`, rules)) return false;
  return !isEnvironment(join(absoluteFolder, path));
}

function isProjectFile(entry: Dirent, path: string, rules: Rules[]): boolean {
  if (!entry.isFile() && !entry.isSymbolicLink()) return false;
  return !isSkippedName(entry.name) && (isDotenv(entry.name) || !isIgnored(path, rules));
}

/** The innermost `.gitignore` that says anything decides. */
function isIgnored(path: string, rules: Rules[]): boolean {
  for (const { base, rules: of } of rules) {
    const { ignored, unignored } = of.test(path.slice(base.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}
