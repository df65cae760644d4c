import { describe, expect, test } from 'vitest';
import { applyEdits, encode } from '../../src/files/source-file.ts';
import type { LoadedTransform } from '../../src/load-transforms.ts';
import { finalTexts, replay } from '../../src/plan/replay.ts';
import { plan } from '../../src/stages/plan.ts';
import { EVERYTHING, replacing, SAFE, settings, sha256, tools, workspaceOf } from './planning.ts';

function planned(files: Record<string, string>, transforms: LoadedTransform[], choice = EVERYTHING) {
  const workspace = workspaceOf(files);
  const result = plan(workspace, choice, tools(transforms));
  return { result, workspace, texts: Object.fromEntries(finalTexts(result, workspace)) };
}

function taken(result: ReturnType<typeof plan>) {
  return result.steps.map(({ finding, pass }) => [finding.transform, pass]);
}

function left(result: ReturnType<typeof plan>) {
  return result.left.map(({ finding, reason, because }) => [finding.transform, reason, because]);
}

const WORDS = { 'a.txt': 'one two three\n' };
const one = replacing('settings/one', 'a.txt', 'one', '1');
const two = replacing('settings/two', 'a.txt', 'two', '2');

describe('what changes', () => {
  test('every file gets its hashes, mode and edits, and the bytes they lead to', () => {
    const { result, texts } = planned(WORDS, [one, two]);
    expect(texts).toEqual({ 'a.txt': '1 2 three\n' });
    expect(result.changes).toEqual([
      {
        path: 'a.txt',
        before: sha256(Buffer.from('one two three\n')),
        after: sha256(Buffer.from('1 2 three\n')),
        mode: 0o644,
        encoding: 'utf-8',
        passes: [result.steps.flatMap(({ finding }) => finding.edits)],
      },
    ]);
  });

  test('an edit of a file that is not there creates it', () => {
    const create = settings('settings/init', {}, (text) =>
      text('app/__init__.py') === undefined
        ? [
            {
              subject: 'app',
              at: { file: 'app/__init__.py', start: 0, end: 0 },
              message: 'm',
              edits: [{ file: 'app/__init__.py', start: 0, end: 0, text: '' }],
            },
          ]
        : [],
    );
    const { result } = planned({ 'app/main.py': '' }, [create]);
    expect(result.changes).toMatchObject([
      { path: 'app/__init__.py', before: null, after: sha256(Buffer.alloc(0)) },
    ]);
  });

  test('planning the result again gives no steps', () => {
    const { texts } = planned(WORDS, [one, two]);
    const again = planned(texts as Record<string, string>, [one, two]).result;
    expect(again.steps).toEqual([]);
    expect(again.changes).toEqual([]);
  });

  test('a file in another encoding keeps it', () => {
    const bytes = Buffer.from('# -*- coding: latin-1 -*-\nname = "caf\xe9"\nwrong = 1\n', 'latin1');
    const workspace = workspaceOf({ 'a.py': bytes });
    const result = plan(workspace, EVERYTHING, tools([replacing('settings/w', 'a.py', 'wrong', 'right')]));
    const text = finalTexts(result, workspace).get('a.py') ?? '';
    expect(encode(text, result.changes[0]?.encoding ?? '')).toEqual(
      Buffer.from(bytes.toString('latin1').replace('wrong', 'right'), 'latin1'),
    );
  });

  test('a letter that the encoding of the file does not have is never written as a question mark', () => {
    const bytes = Buffer.from('# -*- coding: latin-1 -*-\nname = "caf\xe9"\nwrong = 1\n', 'latin1');
    const result = plan(
      workspaceOf({ 'a.py': bytes }),
      EVERYTHING,
      tools([replacing('settings/w', 'a.py', 'wrong', '€')]),
    );
    expect(result.changes).toEqual([]);
    expect(left(result)).toEqual([['settings/w', 'broke-syntax', undefined]]);
    expect(result.problems[0]?.message).toContain('cannot hold');
  });
});

describe('passes', () => {
  test('overlapping findings: the first by position wins, the other waits', () => {
    const wide = replacing('settings/wide', 'a.txt', 'two three', '2 three');
    const both = planned(WORDS, [wide, replacing('settings/three', 'a.txt', 'three', '3')]);
    expect(taken(both.result)).toEqual([
      ['settings/wide', 1],
      ['settings/three', 2],
    ]);
    expect(both.texts).toEqual({ 'a.txt': 'one 2 3\n' });
  });

  test('two insertions at one place wait for each other', () => {
    const insert = (id: string, text: string) =>
      settings(id, {}, (read) =>
        read('a.txt')?.includes(text)
          ? []
          : [
              {
                subject: text,
                at: { file: 'a.txt', start: 0, end: 0 },
                message: 'm',
                edits: [{ file: 'a.txt', start: 0, end: 0, text }],
              },
            ],
      );
    const { result, texts } = planned(WORDS, [insert('settings/a', 'A'), insert('settings/b', 'B')]);
    expect(result.steps.map(({ pass }) => pass)).toEqual([1, 2]);
    expect(texts).toEqual({ 'a.txt': 'BAone two three\n' });
  });

  test('a finding waits in all its files when it overlaps in one', () => {
    const both = settings('settings/both', {}, (read) => {
      const a = read('a.txt')?.indexOf('two three') ?? -1;
      const b = read('b.txt')?.indexOf('two') ?? -1;
      const c = read('a.txt')?.indexOf('three') ?? -1;
      if (b < 0 || c < 0) return [];
      const at = a < 0 ? { file: 'a.txt', start: c, end: c + 5 } : { file: 'a.txt', start: a, end: a + 9 };
      return [
        {
          subject: 's',
          at,
          message: 'm',
          edits: [
            { ...at, text: 'x' },
            { file: 'b.txt', start: b, end: b + 3, text: 'x' },
          ],
        },
      ];
    });
    const first = replacing('settings/first', 'a.txt', 'one two', '1 2');
    const { result, texts } = planned({ ...WORDS, 'b.txt': 'two' }, [both, first]);
    expect(taken(result)).toEqual([
      ['settings/first', 1],
      ['settings/both', 2],
    ]);
    expect(texts).toEqual({ 'a.txt': '1 2 x\n', 'b.txt': 'x' });
  });

  test('transforms that undo each other end, are left out by name, and the plan says so', () => {
    const there = replacing('settings/there', 'a.txt', 'one', 'eins');
    const back = replacing('settings/back', 'a.txt', 'eins', 'one');
    const { result } = planned({ 'a.txt': 'one two' }, [there, back, two]);
    expect(result.converged).toBe(false);
    expect(result.problems.map(({ message }) => message).join()).toMatch(/after 10 passes/);
    expect(result.left.map(({ reason }) => reason)).toContain('overlap');
    expect(taken(result)).toContainEqual(['settings/two', 1]);
  });

  test('the same offsets replay to the same texts', () => {
    const { result, workspace, texts } = planned(WORDS, [
      replacing('settings/wide', 'a.txt', 'two three', '2 three'),
      replacing('settings/three', 'a.txt', 'three', '3'),
      one,
    ]);
    const shown = replay(result, workspace);
    expect(shown.map(({ step }) => step)).toEqual(result.steps);
    expect(shown.map(({ files }) => files[0]?.after)).toEqual(['1 two three\n', 'one 2 three\n', '1 2 3\n']);
    const change = result.changes[0];
    expect(change?.passes.reduce((text, edits) => applyEdits(text, edits), 'one two three\n')).toBe(
      texts['a.txt'],
    );
  });
});

describe('what is left', () => {
  test.each([
    ['unsafe without the option', { ...one.transform, safety: { unsafe: 'x' } }, SAFE, 'unsafe'],
    ['report', { ...one.transform, safety: 'report' as const }, EVERYTHING, 'report'],
    ['refused', one.transform, { ...EVERYTHING, refused: new Set(['settings/one:a.txt:one']) }, 'refused'],
    ['skipped by id', one.transform, { ...EVERYTHING, skip: ['settings/one'] }, 'skipped'],
    ['skipped by a glob', one.transform, { ...EVERYTHING, skip: ['*/on?'] }, 'skipped'],
    ['not among the only ones', one.transform, { ...EVERYTHING, only: ['python/'] }, 'skipped'],
  ])('%s', (_, transform, choice, reason) => {
    const { result } = planned(WORDS, [{ ...one, transform } as LoadedTransform, two], choice);
    expect(left(result)).toContainEqual(['settings/one', reason, undefined]);
    expect(result.steps.map(({ finding }) => finding.transform)).not.toContain('settings/one');
  });

  test.each([
    ['not asked for', [], []],
    ['asked for with others', ['settings/'], []],
    ['asked for by its id', ['settings/one'], ['settings/one']],
    ['asked for by the last part of its id', ['one'], ['settings/one']],
  ])('what repairs nothing broken, %s', (_, only, wanted) => {
    const optIn = { ...one, transform: { ...one.transform, optIn: true } } as LoadedTransform;
    const { result } = planned(WORDS, [optIn], { ...EVERYTHING, only });
    expect(taken(result).map(([id]) => id)).toEqual(wanted);
    expect(left(result)).toEqual([]);
  });

  test('an unsafe finding is taken by its key alone', () => {
    const unsafe = replacing('settings/one', 'a.txt', 'one', '1', { safety: { unsafe: 'x' } });
    const { result } = planned(WORDS, [unsafe], { ...SAFE, unsafe: new Set(['settings/one:a.txt:one']) });
    expect(taken(result)).toEqual([['settings/one', 1]]);
  });
});

describe('needs', () => {
  const engine = replacing('settings/engine', 'a.txt', 'one', '1', { needs: ['driver'] });
  const driver = replacing('settings/driver', 'a.txt', 'two', '2', {
    provides: ['driver'],
    needs: ['package'],
  });
  const pack = replacing('settings/package', 'a.txt', 'three', '3', { provides: ['package'] });
  const refusing = (key: string) => ({ ...EVERYTHING, refused: new Set([key]) });

  test('what needs a refused finding falls with it, and so does what needs that', () => {
    const { result } = planned(WORDS, [engine, driver, pack], refusing('settings/package:a.txt:three'));
    expect(result.steps).toEqual([]);
    expect(left(result)).toEqual([
      ['settings/engine', 'falls', 'settings/driver:a.txt:two'],
      ['settings/driver', 'falls', 'settings/package:a.txt:three'],
      ['settings/package', 'refused', undefined],
    ]);
  });

  test('what is needed stays when what needs it is refused', () => {
    const { result } = planned(WORDS, [engine, driver, pack], refusing('settings/engine:a.txt:one'));
    expect(taken(result).map(([id]) => id)).toEqual(['settings/driver', 'settings/package']);
  });

  test('a need that another finding brings as well holds', () => {
    const other = replacing('settings/other', 'b.txt', 'x', 'y', { provides: ['driver'] });
    const choice = { ...EVERYTHING, refused: new Set(['settings/driver:a.txt:two']) };
    const { result } = planned({ ...WORDS, 'b.txt': 'x' }, [engine, driver, pack, other], choice);
    expect(taken(result).map(([id]) => id)).toContain('settings/engine');
  });

  test('a need that nothing brings is taken to be there', () => {
    expect(planned(WORDS, [engine]).result.steps).toHaveLength(1);
  });
});

describe('a file that apply would refuse', () => {
  const refusing = (...refused: string[]) => ({
    notEditable: (paths: readonly string[]) =>
      paths
        .filter((path) => refused.includes(path))
        .map((file) => ({ file, message: 'is a symbolic link', next: 'Copy it.' })),
  });

  test('keeps its findings out, whole, with what needs them; the others are taken', () => {
    const both = settings('settings/both', { provides: ['p'] }, (text) =>
      ['a.txt', 'b.txt'].some((file) => text(file)?.includes('one'))
        ? [
            {
              subject: 'one',
              at: { file: 'a.txt', start: 0, end: 3 },
              message: 'm',
              edits: ['a.txt', 'b.txt'].map((file) => ({ file, start: 0, end: 3, text: '1' })),
            },
          ]
        : [],
    );
    const needy = replacing('settings/needy', 'a.txt', 'two', '2', { needs: ['p'] });
    const free = replacing('settings/free', 'a.txt', 'three', '3');
    const workspace = workspaceOf({ ...WORDS, 'b.txt': 'one\n' });
    const result = plan(workspace, EVERYTHING, tools([both, needy, free], refusing('b.txt')));
    expect(Object.fromEntries(finalTexts(result, workspace))).toEqual({ 'a.txt': 'one two 3\n' });
    expect(left(result)).toEqual([
      ['settings/both', 'not-editable', undefined],
      ['settings/needy', 'falls', 'settings/both:a.txt:one'],
    ]);
    expect(result.problems).toEqual([{ file: 'b.txt', message: 'is a symbolic link', next: 'Copy it.' }]);
  });

  test('is asked about only where something would change it', () => {
    const asked: string[] = [];
    const notEditable = (paths: readonly string[]) => {
      asked.push(...paths);
      return [];
    };
    plan(workspaceOf({ ...WORDS, 'b.txt': 'x' }), EVERYTHING, tools([one], { notEditable }));
    expect(asked).toEqual(['a.txt']);
  });
});

describe('syntax', () => {
  const files = { 'package.json': '{"a": 1, "b": 2}\n', 'a.txt': 'one' };
  const breaks = replacing('settings/breaks', 'package.json', '1', '1,,');
  const fine = replacing('settings/fine', 'package.json', '2', '3');

  test('a change after which the file does not parse is put back alone, and the transform is named', () => {
    const { result, texts } = planned(files, [breaks, fine]);
    expect(texts).toEqual({ 'package.json': '{"a": 1, "b": 3}\n' });
    expect(left(result)).toEqual([['settings/breaks', 'broke-syntax', undefined]]);
    expect(result.problems[0]).toMatchObject({ file: 'package.json' });
    expect(result.problems[0]?.message).toContain('settings/breaks');
  });

  test('what was built upon it falls as well, though it is in another file', () => {
    const provider = replacing('settings/breaks', 'package.json', '1', '1,,', { provides: ['p'] });
    const needy = replacing('settings/needy', 'a.txt', 'one', '1', { needs: ['p'] });
    const { result } = planned(files, [provider, needy]);
    expect(result.changes).toEqual([]);
    expect(left(result)).toContainEqual(['settings/needy', 'falls', 'settings/breaks:package.json:1']);
  });

  test('a file that did not parse before is not blamed on a transform', () => {
    const { result } = planned({ 'package.json': '{"a": 1, // why\n}' }, [
      replacing('settings/x', 'package.json', '1', '2'),
    ]);
    expect(result.changes).toHaveLength(1);
    expect(result.problems).toEqual([]);
  });

  test.each([
    ['pyproject.toml', 'a = 1\n', 'a = = 1\n'],
    ['docker-compose.yml', 'a: 1\n', 'a: [1\n'],
  ])('%s is parsed as what it is', (file, before, after) => {
    const { result } = planned({ [file]: before }, [replacing('settings/x', file, before, after)]);
    expect(result.changes).toEqual([]);
    expect(result.problems[0]?.message).toContain('does not parse');
  });

  test('an edit outside its file is a problem that names the transform, not a crash', () => {
    const wild = settings('settings/wild', {}, () => [
      {
        subject: 's',
        at: { file: 'a.txt', start: 0, end: 0 },
        message: 'm',
        edits: [{ file: 'a.txt', start: 90, end: 99, text: 'x' }],
      },
    ]);
    const { result } = planned(files, [wild, fine]);
    expect(result.problems[0]?.message).toContain('settings/wild');
    expect(result.changes.map(({ path }) => path)).toEqual(['package.json']);
  });
});
