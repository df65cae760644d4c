import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/files/source-file.ts';
import { apply } from '../../src/stages/apply.ts';
import { listRuns } from '../../src/stages/history.ts';
import { recover } from '../../src/stages/recover.ts';
import type { Plan } from '../../src/types.ts';
import { FIVE, makeFive, makeProject, planOf, snapshot } from '../files/project.ts';

const isRoot = process.getuid?.() === 0;

describe('apply', () => {
  it('writes every file, keeps modes, and makes folders', async () => {
    const root = makeFive();
    const run = await apply(planOf(root, FIVE.new));
    expect(run.state).toBe('applied');
    expect(run.id).toMatch(/^\d{8}-\d{4}-[0-9a-z]{3}$/);
    for (const [path, text] of Object.entries(FIVE.new)) {
      expect(readFileSync(join(root, path), 'utf8')).toBe(text);
    }
    expect(statSync(join(root, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(run.changes.map((change) => change.path)).toEqual(Object.keys(FIVE.new));
  });

  it('keeps backups under their SHA-256, for nobody else to read', async () => {
    const root = makeFive();
    const run = await apply(planOf(root, FIVE.new));
    const backup = join(run.absoluteFolder, 'backups', sha256(Buffer.from(FIVE.old['a.py'])));
    expect(readFileSync(backup, 'utf8')).toBe('one\n');
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(statSync(join(run.absoluteFolder, 'backups')).mode & 0o777).toBe(0o700);
    expect(statSync(run.absoluteFolder).mode & 0o777).toBe(0o700);
  });

  it('replays several passes, and keeps bytes around the edits in latin-1', async () => {
    const bytes = Buffer.from('# -*- coding: latin-1 -*-\r\nname = "M\xfcller"\r\nx = 1', 'latin1');
    const root = makeProject({ 'a.py': bytes });
    const after = Buffer.from(bytes.toString('latin1').replace('x = 1', 'yy = 3'), 'latin1');
    const plan = planOf(root, {});
    const edit = (start: number, end: number, text: string) => [{ file: 'a.py', start, end, text }];
    const at = bytes.length - 5;
    plan.changes = [
      {
        path: 'a.py',
        before: sha256(bytes),
        after: sha256(after),
        mode: 0o644,
        encoding: 'latin-1',
        passes: [edit(at, at + 1, 'yy'), edit(at + 5, at + 6, '3')],
      },
    ];
    await apply(plan);
    expect(readFileSync(join(root, 'a.py')).equals(after)).toBe(true);
  });

  it('never shows in git', async () => {
    const root = makeFive();
    spawnSync('git', ['init', '-q'], { cwd: root });
    await apply(planOf(root, { 'a.py': 'ONE\n' }));
    const { stdout } = spawnSync('git', ['status', '--porcelain', '-uall'], { cwd: root, encoding: 'utf8' });
    expect(stdout).not.toContain('.fix-backend');
  });

  it.runIf(isRoot)('keeps the owner where it may', async () => {
    const root = makeFive();
    chownSync(join(root, 'a.py'), 65534, 65534);
    await apply(planOf(root, { 'a.py': 'ONE\n' }));
    expect(statSync(join(root, 'a.py')).uid).toBe(65534);
  });

  it('puts back what a broken-off run left before it looks at the files', async () => {
    const root = makeFive();
    const plan = planOf(root, FIVE.new);
    const run = await apply(plan);
    const folder = run.absoluteFolder;
    const journal = readFileSync(join(folder, 'journal'));
    rmSync(join(folder, 'journal'));
    writeFileSync(join(folder, 'journal.hot'), journal);
    const second = await apply(plan);
    expect(second.state).toBe('applied');
    expect(listRuns(root).map((each) => each.state)).toEqual(['applied', 'rolled-back']);
  });
});

/** Every refusal leaves the project as it was, without a folder of ours. */
async function refuses(
  root: string,
  plan: Plan,
  expected: { exitCode: number; message: RegExp },
): Promise<void> {
  const before = snapshot(root);
  const home = existsSync(join(root, '.fix-backend'));
  await expect(apply(plan)).rejects.toMatchObject({
    exitCode: expected.exitCode,
    message: expect.stringMatching(expected.message),
  });
  expect(snapshot(root)).toEqual(before);
  expect(existsSync(join(root, '.fix-backend'))).toBe(home);
}

describe('apply refuses', () => {
  it('a file that changed since the plan', async () => {
    const root = makeFive();
    const plan = planOf(root, FIVE.new);
    writeFileSync(join(root, 'b/c/d.py'), 'mine');
    await refuses(root, plan, { exitCode: 4, message: /b\/c\/d\.py changed since this plan was made/ });
  });

  it('a file whose permission bits changed', async () => {
    const root = makeFive();
    const plan = planOf(root, FIVE.new);
    chmodSync(join(root, 'run.sh'), 0o700);
    await refuses(root, plan, { exitCode: 4, message: /run\.sh/ });
  });

  it('a file that is gone, and one that is there where it would be created', async () => {
    const root = makeFive();
    const plan = planOf(root, FIVE.new);
    rmSync(join(root, 'a.py'));
    mkdirSync(join(root, 'p/q'), { recursive: true });
    writeFileSync(join(root, 'p/q/__init__.py'), '');
    await refuses(root, plan, { exitCode: 4, message: /a\.py and 1 more/ });
  });

  it('a symbolic link in the place of a file', async () => {
    const root = makeFive();
    const outside = join(makeProject({ 'a.py': 'one\n' }), 'a.py');
    const plan = planOf(root, FIVE.new);
    rmSync(join(root, 'a.py'));
    symlinkSync(outside, join(root, 'a.py'));
    await refuses(root, plan, { exitCode: 4, message: /a\.py is a symbolic link/ });
    expect(readFileSync(outside, 'utf8')).toBe('one\n');
  });

  it('a symbolic link in the place of a folder', async () => {
    const root = makeFive();
    const outside = makeProject({ 'd.py': FIVE.old['b/c/d.py'] });
    const plan = planOf(root, FIVE.new);
    rmSync(join(root, 'b/c'), { recursive: true });
    symlinkSync(outside, join(root, 'b/c'));
    await refuses(root, plan, { exitCode: 4, message: /b\/c/ });
    expect(readFileSync(join(outside, 'd.py'), 'utf8')).toBe(FIVE.old['b/c/d.py']);
  });

  it('a hard link', async () => {
    const root = makeFive();
    linkSync(join(root, 'a.py'), join(root, 'other.py'));
    await refuses(root, planOf(root, { 'a.py': 'x' }), { exitCode: 4, message: /2 hard links/ });
  });

  it('a named pipe, without waiting for it', async () => {
    const root = makeFive();
    const plan = planOf(root, { 'a.py': 'x' });
    rmSync(join(root, 'a.py'));
    spawnSync('mkfifo', [join(root, 'a.py')]);
    await refuses(root, plan, { exitCode: 4, message: /not a regular file/ });
  });

  it.each([
    '../outside.py',
    '/etc/outside.py',
    'a/../../outside.py',
    './a.py',
    'a//b.py',
    '',
    '.git/hooks/post-checkout',
    'sub/.GIT/config',
    '.fix-backend/runs/x',
    'git~1/config',
    'a\0b',
  ])('the path %j', async (path) => {
    const root = makeFive();
    const plan = planOf(root, { 'a.py': 'x' });
    plan.changes = plan.changes.map((change) => ({ ...change, path, before: null }));
    await refuses(root, plan, { exitCode: 4, message: /does not write there/ });
  });

  it('where .fix-backend is a symbolic link out of the project', async () => {
    const root = makeFive();
    const outside = makeProject({});
    symlinkSync(outside, join(root, '.fix-backend'));
    await expect(apply(planOf(root, FIVE.new))).rejects.toMatchObject({ exitCode: 4 });
    expect(readdirSync(outside)).toEqual([]);
    expect(readFileSync(join(root, 'a.py'), 'utf8')).toBe('one\n');
  });

  it('a plan whose passes do not give what it says', async () => {
    const root = makeFive();
    const plan = planOf(root, { 'a.py': 'ONE\n' });
    plan.changes = plan.changes.map((change) => ({ ...change, after: sha256(Buffer.from('other')) }));
    await refuses(root, plan, { exitCode: 3, message: /does not give the a\.py/ });
  });

  it('a text that the encoding of the file cannot hold', async () => {
    const text = '# coding: latin-1\nx = "\xe4"\n';
    const root = makeProject({ 'a.py': Buffer.from(text, 'latin1') });
    const plan = planOf(root, { 'a.py': `${text}# \u20ac` });
    const lossy = Buffer.from(`${text}# ?`, 'latin1');
    plan.changes = plan.changes.map((change) => ({ ...change, encoding: 'latin-1', after: sha256(lossy) }));
    await refuses(root, plan, { exitCode: 3, message: /a\.py/ });
  });

  it('an empty plan, and a root that is not there', async () => {
    const root = makeFive();
    await refuses(root, planOf(root, {}), { exitCode: 2, message: /changes no file/ });
    const plan = { ...planOf(root, FIVE.new), absoluteRoot: join(root, 'nowhere') };
    await refuses(root, plan, { exitCode: 2, message: /There is no/ });
  });

  it.runIf(isRoot)('a folder or file without write permission, before anything is written', () => {
    const root = makeFive();
    const user = { uid: 65534, gid: 65534 };
    chmodSync(root, 0o755);
    const program = `${root}.cjs`;
    const entryPoints = [fileURLToPath(new URL('../files/apply-program.ts', import.meta.url))];
    buildSync({ entryPoints, bundle: true, platform: 'node', outfile: program });
    const plan = JSON.stringify(planOf(root, FIVE.new));
    const before = snapshot(root);
    const { status, stderr } = spawnSync(process.execPath, [program, 'apply', plan], {
      ...user,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/permission denied \(EACCES\)[\s\S]*Nothing was written/);
    expect(status).toBe(3);
    expect(snapshot(root)).toEqual(before);
    expect(existsSync(join(root, '.fix-backend'))).toBe(false);
  });

  it('a second run while one is at work', async () => {
    const root = makeFive();
    const { dev, ino } = statSync(root, { bigint: true });
    const holder = createServer();
    await new Promise<void>((done) => holder.listen({ path: `\0fix-backend:${dev}:${ino}` }, done));
    await refuses(root, planOf(root, FIVE.new), { exitCode: 3, message: /Another fix-backend is writing/ });
    expect(await recover(root)).toEqual([]);
    await new Promise((done) => holder.close(done));
    expect((await apply(planOf(root, FIVE.new))).state).toBe('applied');
  });

  it('all but one of eight at once', async () => {
    const root = makeFive();
    const plan = planOf(root, FIVE.new);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => apply(plan)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    expect(listRuns(root)).toHaveLength(1);
  });

  it('nothing after a holder was killed', async () => {
    const root = makeFive();
    const { dev, ino } = statSync(root, { bigint: true });
    const code = `require('net').createServer().listen({path:'\\0fix-backend:${dev}:${ino}'},()=>console.log('held'))`;
    const holder = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((held) => holder.stdout.once('data', held));
    await refuses(root, planOf(root, FIVE.new), { exitCode: 3, message: /Another fix-backend/ });
    holder.kill('SIGKILL');
    await new Promise((ended) => holder.once('exit', ended));
    expect((await apply(planOf(root, FIVE.new))).state).toBe('applied');
  });
});
