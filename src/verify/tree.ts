import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

/** Folders that a server needs nothing of, or that are made anew. */
const SKIPPED =
  /^(\.git|\.hg|\.svn|\.?venv|\.?env|\.tox|\.nox|node_modules|__pycache__|\.mypy_cache|\.ruff_cache|\.pytest_cache|\.fix-backend)$/;
const MOST_FILES = 200_000;

/** Makes a copy of a project to look at (both absolute). Special files and links that lead outside are left out. */
export async function copyTree(from: string, to: string, leftOut: ReadonlySet<string>): Promise<void> {
  const state = { files: 0 };
  await copyFolder(from, to, from, leftOut, state);
}

async function copyFolder(
  from: string,
  to: string,
  root: string,
  leftOut: ReadonlySet<string>,
  state: { files: number },
): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (leftOut.has(relative(root, source))) continue;
    if (entry.isDirectory()) {
      const skip = SKIPPED.test(entry.name) && !(await isCode(entry.name, source));
      if (!skip) await copyFolder(source, target, root, leftOut, state);
    } else if (entry.isSymbolicLink()) await copyLink(source, target, root);
    else if (entry.isFile()) await copyOne(source, target, state);
  }
}

/** A package may well be called `env`; an environment has a pyvenv.cfg or a python in it. */
async function isCode(name: string, folder: string): Promise<boolean> {
  if (!/^\.?v?env$/.test(name)) return false;
  const names = await readdir(folder).catch((): string[] => []);
  return !names.includes('pyvenv.cfg') && names.some((one) => one.endsWith('.py'));
}

async function copyLink(source: string, target: string, root: string): Promise<void> {
  const leads = await readlink(source);
  const inside = !relative(root, resolve(dirname(source), leads)).startsWith('..');
  if (!isAbsolute(leads) && inside) await symlink(leads, target);
}

async function copyOne(source: string, target: string, state: { files: number }): Promise<void> {
  state.files += 1;
  if (state.files > MOST_FILES) throw new Error(`the project has more than ${MOST_FILES} files`);
  await copyFile(source, target, constants.COPYFILE_FICLONE).catch(ignoreUnreadable);
}

function ignoreUnreadable(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EACCES' && error.code !== 'ENOENT') throw error;
}

/** Lays the untouched bytes over a copy: null means that the file was not there. Paths are relative to the copy. */
export async function layOver(tree: string, files: ReadonlyMap<string, Buffer | null>): Promise<void> {
  for (const [path, bytes] of files) {
    const target = join(tree, path);
    if (relative(tree, target).startsWith('..')) throw new Error(`${path} lies outside the project`);
    await rm(target, { force: true });
    if (bytes === null) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}
