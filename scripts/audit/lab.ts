import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Change } from './row.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the healthy backend is that each variant is a copy of. */
const absoluteHealthy = join(root, '__testfixtures__/todo-backend/after');

/** How one command of the tool ended, and its standard output. */
export interface Ended {
  code: number;
  out: string;
}

/** A temporary folder with variants, and a copy of the built program: building it anew meanwhile does not disturb. */
export class Lab {
  private readonly absoluteFolder = mkdtempSync(join(tmpdir(), 'fix-backend-audit-'));

  constructor(absoluteDist = join(root, 'dist')) {
    const program = join(this.absoluteFolder, 'program');
    cpSync(absoluteDist, join(program, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(program, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(program, 'node_modules'));
  }

  /** A copy of the healthy backend with the changes, in a folder that is named `todo`. */
  variant(name: string, changes: readonly Change[]): string {
    const folder = join(this.absoluteFolder, name, 'todo');
    cpSync(absoluteHealthy, folder, { recursive: true });
    for (const change of changes) make(folder, change);
    return folder;
  }

  /** Runs the built command; standard error (progress) goes nowhere. */
  run(words: readonly string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const command = join(this.absoluteFolder, 'program/dist/fix-backend.js');
      const child = spawn(process.execPath, [command, ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
      let out = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? 3, out }));
    });
  }

  clear(): void {
    rmSync(this.absoluteFolder, { recursive: true, force: true });
  }
}

/** Applies one change. Throws where it would change nothing, or where it is unclear which place is meant. */
export function make(absoluteFolder: string, change: Change): void {
  const path = join(absoluteFolder, change.file);
  if ('remove' in change) return rmSync(path);
  if ('create' in change) {
    mkdirSync(dirname(path), { recursive: true });
    return writeFileSync(path, change.create, { flag: 'wx' });
  }
  const text = readFileSync(path, 'utf8');
  const parts = text.split(change.old);
  if (parts.length !== 2) throw new Error(`${change.file} has ${parts.length - 1} times: ${change.old}`);
  writeFileSync(path, parts.join(change.new));
}

/** What a person does with a reported row: each changed file is as it was in the healthy backend. Throws where that is not so. */
export function putRight(absoluteFolder: string, changes: readonly Change[]): void {
  for (const change of changes) {
    if ('create' in change) rmSync(join(absoluteFolder, change.file));
    else cpSync(join(absoluteHealthy, change.file), join(absoluteFolder, change.file));
  }
  for (const path of files(absoluteHealthy)) {
    if (!readFileSync(join(absoluteFolder, path)).equals(readFileSync(join(absoluteHealthy, path))))
      throw new Error(`${path} is not as it was`);
  }
}

function files(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
