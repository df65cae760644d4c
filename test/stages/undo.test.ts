import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeJournal, type Journal } from '../../src/files/journal.ts';
import { readRunFile, writeRunFile } from '../../src/files/run-files.ts';
import { apply } from '../../src/stages/apply.ts';
import { clean, listRuns } from '../../src/stages/history.ts';
import { recover } from '../../src/stages/recover.ts';
import { redo, undo } from '../../src/stages/undo.ts';
import type { Run } from '../../src/types.ts';
import { FIVE, makeFive, planOf, snapshot } from '../files/project.ts';

async function applied(): Promise<{ root: string; run: Run; old: Record<string, string> }> {
  const root = makeFive();
  const old = snapshot(root);
  return { root, old, run: await apply(planOf(root, FIVE.new)) };
}

/** Turns an applied run into one that was broken off just before its commit. */
function breakOff(run: Run): void {
  renameSync(join(run.absoluteFolder, 'journal'), join(run.absoluteFolder, 'journal.hot'));
}

describe('undo', () => {
  it('gives back bytes, modes, absence of files and folders, and the time of change', async () => {
    const root = makeFive();
    utimesSync(join(root, 'a.py'), 1_600_000_000.123, 1_600_000_000.123);
    const old = snapshot(root);
    await apply(planOf(root, FIVE.new));
    expect((await undo(root)).state).toBe('undone');
    expect(snapshot(root)).toEqual(old);
    expect(statSync(join(root, 'a.py')).mtimeMs).toBeCloseTo(1_600_000_000_123, 1);
  });

  it('takes the newest applied run, then the one before', async () => {
    const { root, old } = await applied();
    const middle = snapshot(root);
    await apply(planOf(root, { 'a.py': 'third\n' }));
    await undo(root);
    expect(snapshot(root)).toEqual(middle);
    await undo(root);
    expect(snapshot(root)).toEqual(old);
  });

  it('can be undone itself, and again', async () => {
    const { root, run, old } = await applied();
    const now = snapshot(root);
    await undo(root, run.id);
    expect((await redo(root)).state).toBe('applied');
    expect(snapshot(root)).toEqual(now);
    await undo(root);
    expect(snapshot(root)).toEqual(old);
    expect(listRuns(root).map((each) => [each.id, each.state, each.changes])).toEqual([
      [run.id, 'undone', run.changes],
    ]);
  });

  it('leaves a new folder that somebody put something into', async () => {
    const { root } = await applied();
    writeFileSync(join(root, 'p/mine.txt'), 'mine');
    await undo(root);
    expect(readdirSync(join(root, 'p'))).toEqual(['mine.txt']);
  });
});

describe('undo refuses', () => {
  it.each([
    ['changed', (root: string) => writeFileSync(join(root, 'b/c/d.py'), 'mine')],
    ['removed', (root: string) => rmSync(join(root, 'b/c/d.py'))],
    ['made executable', (root: string) => chmodSync(join(root, 'b/c/d.py'), 0o777)],
  ])('a file that somebody %s since, by name, and writes nothing', async (_, change) => {
    const { root } = await applied();
    change(root);
    const before = snapshot(root);
    await expect(undo(root)).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('b/c/d.py'),
    });
    expect(snapshot(root)).toEqual(before);
    expect(listRuns(root).map((run) => run.state)).toEqual(['applied']);
  });

  it('a file that became a symbolic link', async () => {
    const { root } = await applied();
    rmSync(join(root, 'a.py'));
    symlinkSync('run.sh', join(root, 'a.py'));
    await expect(undo(root)).rejects.toMatchObject({ exitCode: 4, message: expect.stringContaining('a.py') });
  });

  it('an older run whose file a newer one changed', async () => {
    const { root, run } = await applied();
    await apply(planOf(root, { 'a.py': 'third\n' }));
    await expect(undo(root, run.id)).rejects.toMatchObject({ exitCode: 4 });
  });

  it('a backup that is gone or damaged, before anything is written', async () => {
    const { root, run } = await applied();
    const [backup = ''] = readdirSync(join(run.absoluteFolder, 'backups'));
    writeFileSync(join(run.absoluteFolder, 'backups', backup), 'rotten');
    const before = snapshot(root);
    await expect(undo(root)).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining(backup) });
    expect(snapshot(root)).toEqual(before);
  });

  it('when there is nothing to undo, no such run, no id, or a run that is undone', async () => {
    const { root, run } = await applied();
    await expect(undo(root, '20200101-0000-abc')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(run.id),
    });
    await expect(async () => undo(root, '../../etc')).rejects.toMatchObject({ exitCode: 2 });
    await undo(root);
    await expect(undo(root)).rejects.toMatchObject({ exitCode: 2 });
    await expect(undo(root, run.id)).rejects.toMatchObject({ exitCode: 2 });
    await expect(undo(makeFive())).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('recover', () => {
  it('puts back what a broken-off apply left, and says which run', async () => {
    const { root, run, old } = await applied();
    breakOff(run);
    expect(listRuns(root).map((each) => each.state)).toEqual(['prepared']);
    const [recovery, ...others] = await recover(root);
    expect(recovery).toMatchObject({ run: { id: run.id, state: 'rolled-back' }, left: [] });
    expect(others).toEqual([]);
    expect(snapshot(root)).toEqual(old);
    expect(await recover(root)).toEqual([]);
  });

  it('leaves alone a file that somebody changed after the break, and keeps its backup', async () => {
    const { root, run } = await applied();
    breakOff(run);
    writeFileSync(join(root, 'a.py'), 'mine');
    expect(await recover(root)).toMatchObject([{ left: ['a.py'] }]);
    expect(readFileSync(join(root, 'a.py'), 'utf8')).toBe('mine');
    expect(readFileSync(join(root, 'run.sh'), 'utf8')).toBe(FIVE.old['run.sh']);
    expect(readdirSync(join(run.absoluteFolder, 'backups')).length).toBeGreaterThan(0);
  });

  it('stops at a journal that is damaged, and says where the backups are', async () => {
    const { root, run } = await applied();
    breakOff(run);
    const path = join(run.absoluteFolder, 'journal.hot');
    writeFileSync(path, readFileSync(path, 'utf8').replace('a.py', 'b.py'));
    const before = snapshot(root);
    await expect(recover(root)).rejects.toMatchObject({
      exitCode: 3,
      next: expect.stringContaining('backups'),
    });
    expect(snapshot(root)).toEqual(before);
  });

  it('is not led out of the project, nor into .git, by a journal that came with the repository', async () => {
    for (const path of ['../outside.py', '.git/hooks/pre-commit', '/etc/x', 'a/../../b']) {
      const { root, run } = await applied();
      breakOff(run);
      const file = join(run.absoluteFolder, 'journal.hot');
      const journal = JSON.parse(readFileSync(file, 'utf8').slice(65)) as Journal;
      const changes = journal.changes.map((change, index) => (index === 0 ? { ...change, path } : change));
      writeFileSync(file, encodeJournal({ ...journal, changes }));
      const before = snapshot(root);
      await expect(recover(root)).rejects.toMatchObject({ exitCode: 4 });
      expect(snapshot(root)).toEqual(before);
    }
  });

  it('has nothing to do in an ordinary folder, nor where .fix-backend is somebody else’s file', async () => {
    const root = makeFive();
    expect(await recover(root)).toEqual([]);
    writeFileSync(join(root, '.fix-backend'), 'mine');
    expect(await recover(root)).toEqual([]);
    expect(readFileSync(join(root, '.fix-backend'), 'utf8')).toBe('mine');
  });
});

describe('history', () => {
  it('lists runs, newest first, and cleans what is finished', async () => {
    const { root, run } = await applied();
    const second = await apply(planOf(root, { 'a.py': 'third\n' }));
    expect(listRuns(root).map((each) => each.id)).toEqual([second.id, run.id]);
    expect((await clean(root, { ids: [run.id] })).map((each) => each.id)).toEqual([run.id]);
    expect((await clean(root)).map((each) => each.id)).toEqual([second.id]);
    expect(existsSync(join(root, '.fix-backend'))).toBe(false);
    expect(readFileSync(join(root, 'a.py'), 'utf8')).toBe('third\n');
  });

  it('never cleans a run that is not finished', async () => {
    const { root, run } = await applied();
    breakOff(run);
    expect(await clean(root)).toEqual([]);
    expect(readdirSync(join(run.absoluteFolder, 'backups')).length).toBeGreaterThan(0);
  });

  it('cleans only runs older than asked', async () => {
    const { root, run } = await applied();
    expect(await clean(root, { before: new Date(run.startedAt) })).toEqual([]);
  });

  it('does not follow a symbolic link when it cleans', async () => {
    const { root, run } = await applied();
    mkdirSync(join(root, 'kept'));
    writeFileSync(join(root, 'kept/file'), 'x');
    symlinkSync(join(root, 'kept'), join(run.absoluteFolder, 'link'));
    await clean(root);
    expect(readFileSync(join(root, 'kept/file'), 'utf8')).toBe('x');
  });
});

describe('a run’s files', () => {
  it('are written in one step and read again', async () => {
    const { run } = await applied();
    writeRunFile(run, 'report.md', 'first');
    writeRunFile(run, 'report.md', 'second');
    expect(readRunFile(run, 'report.md')).toBe('second');
    expect(readRunFile(run, 'verdict.json')).toBeUndefined();
    expect(statSync(join(run.absoluteFolder, 'report.md')).mode & 0o777).toBe(0o600);
  });

  it('cannot be the journal, nor lie elsewhere', async () => {
    const { run } = await applied();
    for (const name of ['journal', 'journal.hot', '../x', 'a/b', 'backups', '']) {
      expect(() => writeRunFile(run, name, 'x')).toThrow(RangeError);
    }
  });
});
