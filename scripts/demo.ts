/**
 * Shows the main job on a broken backend of our own: a copy in a temporary folder is started, on an embedded PostgreSQL in a sandbox,
 * repaired by what its error points to, and started again, until it starts. The backend is ours, so it may run without one where none can be made.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const command = join(root, 'dist/fix-backend.js');
const folder = mkdtempSync(join(tmpdir(), 'fix-backend-demo-'));
const backend = join(folder, 'todo-api');

function run(...words: string[]): number {
  console.log(`\n$ fix-backend ${words.join(' ')}\n`);
  return spawnSync(process.execPath, [command, ...words], { stdio: 'inherit', cwd: folder }).status ?? 3;
}

function health(): string | undefined {
  const listed = spawnSync(process.execPath, [command, 'report', backend], { encoding: 'utf8' }).stdout;
  return /^.*the health route answers.*$/m.exec(listed)?.[0].split('|').at(-2)?.trim();
}

try {
  cpSync(join(root, '__testfixtures__/todo-backend/before'), backend, { recursive: true });
  console.log(`A broken backend: ${backend}\n`);
  console.log(
    readFileSync(join(backend, 'src/core/database.py'), 'utf8').split('\n').slice(0, 40).join('\n'),
  );
  let status = run('todo-api', '--yes', '--by-error');
  if (status === 1) status = run('verify', 'todo-api', '--no-sandbox');
  console.log(`\n${health() ?? 'No health route answered: see above.'}`);
  run('undo', 'todo-api');
  process.exitCode = status;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
