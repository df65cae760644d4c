import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const HOUR = 3600_000;
const DAY = 24 * HOUR;

/** Our own cache folder, absolute: `$XDG_CACHE_HOME/fix-backend`, by the XDG base directory specification. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fix-backend');
}

/**
 * Things that are expensive to make, each in a folder with a name of its own that a small file `KEY.json` points to.
 * Two processes that make the same thing at once both succeed, and the last one's pointer stays: a rename is
 * atomic and no folder is written to after it is pointed to, so nothing can be seen half made.
 */
export class Store<T extends { absoluteFolder: string }> {
  private readonly absoluteRoot: string;

  constructor(absoluteRoot: string) {
    this.absoluteRoot = absoluteRoot;
  }

  /** The thing that a key points to, if it was made within the last `days`. */
  async find(key: string, days: number): Promise<T | undefined> {
    try {
      const pointer = this.pointer(key);
      if (Date.now() - (await stat(pointer)).mtimeMs > days * DAY) return undefined;
      const found = JSON.parse(await readFile(pointer, 'utf8')) as T;
      await stat(found.absoluteFolder);
      return found;
    } catch {
      return undefined;
    }
  }

  /** A new folder to make the thing in. Not made yet. */
  async place(key: string): Promise<string> {
    await mkdir(this.absoluteRoot, { recursive: true, mode: 0o700 });
    return join(this.absoluteRoot, `${key}-${Date.now().toString(36)}${process.pid.toString(36)}`);
  }

  async publish(key: string, value: T): Promise<T> {
    const temporary = `${value.absoluteFolder}.json.new`;
    await writeFile(temporary, JSON.stringify(value));
    await rename(temporary, this.pointer(key));
    return value;
  }

  /** Removes folders that nothing points to an hour after they were begun, as a killed run leaves them, and things that were made long ago. */
  async sweep(days: number): Promise<void> {
    const names = await readdir(this.absoluteRoot).catch(() => []);
    const used = new Set<string>();
    for (const name of names.filter((name) => name.endsWith('.json'))) {
      const found = await this.find(name.slice(0, -'.json'.length), days);
      if (found) used.add(found.absoluteFolder);
    }
    for (const name of names) await this.forget(join(this.absoluteRoot, name), used, days);
  }

  private async forget(path: string, used: ReadonlySet<string>, days: number): Promise<void> {
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    const keep = path.endsWith('.json') ? days * DAY : used.has(path) ? Number.POSITIVE_INFINITY : HOUR;
    if (age > keep) await rm(path, { recursive: true, force: true });
  }

  private pointer(key: string): string {
    return join(this.absoluteRoot, `${key}.json`);
  }
}
