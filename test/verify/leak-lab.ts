/** Verifies a small backend with the real program, kills it at chosen moments, and finds what it leaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../../scripts/build.ts';
import { SOUND, writeAll } from './tiny.ts';

const source = fileURLToPath(new URL('../..', import.meta.url));
/** How long processes may take to end after their parent did, in milliseconds. */
const GRACE = 15_000;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  seconds: number;
  said: string;
}

/**
 * Everything that the program makes lies below a temporary folder of the lab's own, whose name shows in the command
 * line, the environment or the mounts of each process that has to do with it.
 */
export class LeakLab {
  private readonly folder: string;
  private readonly temporary: string;
  private readonly project: string;
  private readonly home: string;

  /** Builds the program, so that each of the many starts costs a fraction of a second. */
  static async open(): Promise<LeakLab> {
    const lab = new LeakLab();
    await build(join(lab.home, 'dist'));
    return lab;
  }

  private constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'leaks-'));
    this.temporary = join(this.folder, 'tmp');
    this.project = join(this.folder, 'project');
    mkdirSync(this.temporary);
    // Without a box PostgreSQL runs as somebody else, who has to get there.
    for (const path of [this.folder, this.temporary]) chmodSync(path, 0o755);
    writeAll(this.project, SOUND);
    // The database's programs are found from where the program lies.
    this.home = join(source, 'node_modules', '.cache', basename(this.folder));
    mkdirSync(this.home, { recursive: true });
    writeFileSync(join(this.home, 'package.json'), JSON.stringify({ version: '0.0.0', type: 'module' }));
  }

  /**
   * One verification; `kill` ends the program with a signal so many milliseconds after its start. `first`: as on a machine where
   * it never ran, with an empty cache and no uv on the PATH.
   */
  verify(
    flags: string[] = [],
    kill?: { signal: NodeJS.Signals; after: number },
    first?: 'first',
  ): Promise<Ended> {
    const began = Date.now();
    const words = ['verify', this.project, '--verify=boot', '--format', 'json', ...flags];
    const child = spawn(process.execPath, [join(this.home, 'dist', 'fix-backend.js'), ...words], {
      env: { ...process.env, TMPDIR: this.temporary, ...(first && this.untouched()) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = kill && setTimeout(() => child.kill(kill.signal), kill.after);
    return ended(child).then((end) => {
      clearTimeout(timer);
      return { ...end, seconds: (Date.now() - began) / 1000 };
    });
  }

  private untouched(): Record<string, string> {
    return { PATH: '/usr/bin:/bin', XDG_CACHE_HOME: mkdtempSync(join(this.folder, 'cache-')) };
  }

  /** What is still there of all that ran, once it had time to end: `12345 postgres -D …`. */
  async processes(): Promise<string[]> {
    const end = Date.now() + GRACE;
    for (;;) {
      const found = concerned(this.folder);
      if (found.length === 0 || Date.now() > end) return found;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  folders(): string[] {
    return readdirSync(this.temporary);
  }

  remove(): void {
    for (const path of [this.folder, this.home]) rmSync(path, { recursive: true, force: true });
  }
}

function ended(child: ChildProcess): Promise<Omit<Ended, 'seconds'>> {
  return new Promise((resolve) => {
    let said = '';
    child.stdout?.on('data', (piece: Buffer) => {
      said += piece;
    });
    child.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece).slice(-4000);
    });
    child.on('close', (code, signal) => resolve({ code, signal, said }));
  });
}

function concerned(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    const known = ['cmdline', 'environ', 'mountinfo'].map((name) => text(`/proc/${pid}/${name}`));
    if (!known.some((one) => one.includes(folder)) || /^State:\s+Z/m.test(text(`/proc/${pid}/status`)))
      return [];
    return [`${pid} ${known[0]?.replaceAll('\0', ' ').slice(0, 200)}`];
  });
}

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Numbers between 0 and 1 that are the same for the same seed: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
