import { beforeAll, expect, test } from 'vitest';
import { Backend } from '../../src/backend/backend.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import type { LoadedTransform } from '../../src/load-transforms.ts';
import { detect } from '../../src/stages/detect.ts';
import type { Draft } from '../../src/transform.ts';
import { FixBackendError } from '../../src/types.ts';
import { facts, replacing, settings, tools, workspaceOf } from './planning.ts';

beforeAll(loadPython);

function detected(files: Record<string, string>, ...transforms: LoadedTransform[]) {
  return detect(tools(transforms).discover(workspaceOf(files)), transforms);
}

function python(id: string, literals: string[], look: (file: string) => Draft[]): LoadedTransform {
  const described = { title: 'T', why: 'W', safety: 'safe' as const, docs: '', literals };
  return { id, language: 'python', transform: { ...described, detect: ({ file }) => look(file.path) } };
}

test('a finding carries the words of its transform, its line and its column', () => {
  const [finding] = detected(
    { '.env': 'A=1\nB=wrong\n' },
    replacing('settings/b', '.env', 'wrong', 'right'),
  ).findings;
  expect(finding).toMatchObject({
    key: 'settings/b:.env:wrong',
    title: 'Repair settings/b',
    why: 'It does not start.',
    line: 2,
    column: 3,
    safety: 'safe',
    edits: [{ file: '.env', start: 6, end: 11, text: 'right' }],
  });
});

test('findings come by file, position and transform, whatever the order of the transforms', () => {
  const { findings } = detected(
    { 'a.txt': 'two one', 'b.txt': 'one' },
    replacing('settings/z', 'b.txt', 'one', '1'),
    replacing('settings/y', 'a.txt', 'one', '1'),
    replacing('settings/x', 'a.txt', 'two', '2'),
    replacing('settings/a', 'a.txt', 'one', '3'),
  );
  expect(findings.map(({ transform }) => transform)).toEqual([
    'settings/x',
    'settings/a',
    'settings/y',
    'settings/z',
  ]);
});

test('a file without a literal is never parsed', () => {
  const seen: string[] = [];
  const transform = python('python/x', ['create_engine'], (file) => {
    seen.push(file);
    return [];
  });
  detected({ 'with.py': 'create_engine()', 'without.py': 'pass', 'notes.txt': 'create_engine' }, transform);
  expect(seen).toEqual(['with.py']);
});

test('a transform that throws becomes a problem that names it, and the others go on', () => {
  const broken = settings('settings/broken', {}, () => {
    throw new TypeError('x is undefined');
  });
  const { findings, problems } = detected(
    { '.env': 'wrong' },
    broken,
    replacing('settings/b', '.env', 'wrong', 'r'),
  );
  expect(findings.map(({ transform }) => transform)).toEqual(['settings/b']);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toBe('the transform settings/broken failed: x is undefined');
  expect(problems[0]?.next).toContain('--skip settings/broken');
});

test('two findings with one key are one, with what either needs and provides', () => {
  const at = { file: 'a.txt', start: 0, end: 1 };
  const edits = [{ ...at, text: 'y' }];
  const draft = { subject: 's', at, message: 'm', edits };
  const twice = settings('settings/t', {}, () => [
    { ...draft, at: { ...at, start: 1 }, needs: ['a'] },
    { ...draft, provides: ['b'] },
  ]);
  const { findings } = detected({ 'a.txt': 'xx' }, twice);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ place: { start: 0 }, needs: ['a'], provides: ['b'] });
});

test('notes are kept apart from findings', () => {
  const { findings, notes } = detected(
    { '.env': 'wrong' },
    settings('settings/n', { safety: 'note' }, () => [
      { subject: 's', at: { file: '.env', start: 0, end: 0 }, message: 'Nothing is wrong.' },
    ]),
  );
  expect(findings).toEqual([]);
  expect(notes.map(({ message }) => message)).toEqual(['Nothing is wrong.']);
});

test('an edit that changes nothing is no finding', () => {
  expect(detected({ '.env': 'same' }, replacing('settings/s', '.env', 'same', 'same')).findings).toEqual([]);
});

test('a finding without edits can only be reported, and names a next step', () => {
  const [finding] = detected(
    { '.env': 'x' },
    settings('settings/r', {}, () => [
      { subject: 's', at: { file: '.env', start: 0, end: 1 }, message: 'm' },
    ]),
  ).findings;
  expect(finding).toMatchObject({ safety: 'report', edits: [], next: 'fix-backend explain settings/r' });
});

test('a reported finding never carries edits', () => {
  const transform = replacing('settings/r', '.env', 'x', 'y', { safety: 'report' });
  expect(detected({ '.env': 'x' }, transform).findings[0]?.edits).toEqual([]);
});

test('a transform for JavaScript is not asked about a Python backend', () => {
  const asked: string[] = [];
  const transform = {
    id: 'javascript/x',
    language: 'javascript',
    transform: {
      title: 'T',
      why: 'W',
      safety: 'safe',
      docs: '',
      literals: ['x'],
      detect: () => {
        asked.push('x');
        return [];
      },
    },
  } as LoadedTransform;
  detected({ 'a.py': 'x', 'a.js': 'x' }, transform);
  expect(asked).toEqual([]);
});

test('the needs of one backend are not served by another of the same repository', () => {
  const transform = replacing('settings/b', 'api/.env', 'x', 'y', { needs: ['driver:asyncpg'] });
  const [backend] = tools([transform]).discover(workspaceOf({ 'api/.env': 'x' }));
  if (!backend) throw new Error('no backend');
  const inFolder = new Backend({ ...backend.facts, root: 'api' }, backend.workspace);
  expect(detect([inFolder], [transform]).findings[0]?.needs).toEqual(['api#driver:asyncpg']);
});

test('a file that does not parse is a problem with its place, and the rest of it is still looked at', () => {
  const transform = python('python/x', ['create_engine'], (file) => [
    { subject: 's', at: { file, start: 0, end: 0 }, message: 'm', safety: 'report' },
  ]);
  const { findings, problems } = detected({ 'a.py': 'create_engine()\ndef f(:\n' }, transform, transform);
  expect(findings).toHaveLength(1);
  expect(problems).toMatchObject([{ file: 'a.py', line: 2 }]);
});

test('a file of Python 2 is named, and nothing is looked for in it: no release that is repaired for runs there', () => {
  const transform = python('python/x', ['create_engine'], (file) => [
    { subject: 's', at: { file, start: 0, end: 0 }, message: 'm', safety: 'report' },
  ]);
  const { findings, problems } = detected({ 'a.py': 'create_engine()\nprint "x"\n' }, transform);
  expect(findings).toEqual([]);
  expect(problems).toMatchObject([
    { file: 'a.py', message: expect.stringContaining('is written for Python 2') },
  ]);
});

test('a manifest that cannot be understood is a problem', () => {
  const workspace = workspaceOf({ 'pyproject.toml': '[project\n', 'main.py': '' });
  const backend = new Backend({ ...facts(workspace), manifests: ['pyproject.toml'] }, workspace);
  expect(detect([backend], []).problems).toMatchObject([{ file: 'pyproject.toml' }]);
});

test('an error that stops everything is passed on, not taken for a failure of the transform that met it', () => {
  const full = new FixBackendError('out of memory', { next: 'fix-backend path/to/backend', exitCode: 3 });
  const transform = python('python/x', ['x'], () => {
    throw full;
  });
  expect(() => detected({ 'a.py': 'x = 1\n' }, transform)).toThrow(full);
});

test('a file that is nested deeper than the stack is named, and no transform is blamed', () => {
  const transform = python('python/x', ['x'], function again(file): Draft[] {
    return again(file);
  });
  expect(detected({ 'a.py': 'x = 1\n' }, transform).problems).toMatchObject([
    { file: 'a.py', message: expect.stringMatching(/^It is nested/) },
  ]);
});

test('a repair that would change somebody else’s code as well is left to a person, who is told whose', () => {
  const files = { 'main.py': 'wrong', '_vendor/a.py': 'wrong' };
  const transform = python('python/x', ['wrong'], (file) => [
    {
      subject: file,
      at: { file, start: 0, end: 5 },
      message: 'It is wrong.',
      edits: ['main.py', '_vendor/a.py'].map((each) => ({ file: each, start: 0, end: 5, text: 'right' })),
    },
  ]);
  const { findings, skipped } = detected(files, transform);
  expect(findings).toMatchObject([
    {
      place: { file: 'main.py' },
      safety: 'report',
      edits: [],
      next: expect.stringMatching(/^_vendor\/a\.py needs the same/),
    },
  ]);
  expect(skipped.map(({ file }) => file)).toEqual(['_vendor/a.py']);
});
