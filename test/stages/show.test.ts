import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWorkspace } from '../../src/files/open-workspace.ts';
import { encode } from '../../src/files/source-file.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import type { LoadedTransform } from '../../src/load-transforms.ts';
import { finalTexts } from '../../src/plan/replay.ts';
import { patchPrefix } from '../../src/show/patch-prefix.ts';
import { plan } from '../../src/stages/plan.ts';
import { type ShowOptions, show } from '../../src/stages/show.ts';
import { unpaint } from '../../src/terminal/paint.ts';
import { symbolsFor } from '../../src/terminal/symbols.ts';
import { EVERYTHING, replacing, settings, tools, workspaceOf } from './planning.ts';

beforeAll(loadPython);

const OPTIONS: ShowOptions = {
  format: 'text',
  showSecrets: false,
  prefix: '',
  remainder: true,
  width: 80,
  symbols: symbolsFor(true),
};

function shown(
  files: Record<string, string | Buffer>,
  transforms: LoadedTransform[],
  options: Partial<ShowOptions> = {},
): string {
  const workspace = workspaceOf(files);
  const result = show(plan(workspace, EVERYTHING, tools(transforms)), workspace, { ...OPTIONS, ...options });
  return 'text' in result ? unpaint(result.text) : result.bytes.toString('latin1');
}

describe('text', () => {
  const files = { 'requirements.txt': 'fastapi\nuvicorn\nold==1\nhttpx\npytest\nruff\n' };
  const old = replacing('settings/new', 'requirements.txt', 'old==1', 'new==2');

  test('a finding is counted, named, explained, and shown with its real line numbers', () => {
    expect(shown(files, [old])).toContain(
      [
        '1/1  safe    Repair settings/new                                    settings/new',
        '     old==1 is wrong.',
        '     It does not start.',
        '     requirements.txt',
        '       1    fastapi',
        '       2    uvicorn',
        '       3  - old==1',
        '       3  + new==2',
        '       4    httpx',
        '       5    pytest',
      ].join('\n'),
    );
  });

  test('a counter that is wider than its column keeps a space behind it', () => {
    const words = Array.from({ length: 100 }, (_, at) => `w${at};`);
    const many = words.map((word, at) =>
      replacing(`settings/${word.slice(0, -1)}`, 'a.txt', word, `v${at};`),
    );
    expect(shown({ 'a.txt': `${words.join('\n')}\n` }, many)).toMatch(/^100\/100 safe {4}Repair/m);
  });

  test('the id takes a line of its own where there is no room beside the title', () => {
    expect(shown(files, [old], { width: 30 })).toContain(
      '1/1  safe    Repair settings/new\n     settings/new\n',
    );
  });

  test('what may change is said of an unsafe finding', () => {
    const unsafe = replacing('settings/new', 'requirements.txt', 'old==1', 'new==2', {
      safety: { unsafe: 'queries flush later' },
    });
    expect(shown(files, [unsafe])).toContain('     May change: queries flush later');
  });

  test('what is left is listed with its place, the reason and the next step', () => {
    const report = replacing('settings/r', 'requirements.txt', 'httpx', '', {
      safety: 'report',
      next: 'Ask.',
    });
    expect(shown(files, [report])).toContain(
      'Left for you: 1\n  requirements.txt:4\n    httpx is wrong.\n    → Ask.',
    );
  });

  test('a secret that only stands beside a change is not shown', () => {
    const text = shown({ '.env': 'DB_PASSWORD=hunter2secret\nMODE=wrong\n' }, [
      replacing('settings/x', '.env', 'wrong', 'right'),
    ]);
    expect(text).toContain('MODE=right');
    expect(text).not.toContain('hunter2secret');
  });

  test('a change inside a secret is shown as hidden, and in full when asked for', () => {
    const files = { '.env': 'DB_PASSWORD=hunter2secret\n' };
    const transform = replacing('settings/x', '.env', 'hunter2secret', 'hunter3secret');
    expect(shown(files, [transform])).toContain('the change lies inside a secret');
    expect(shown(files, [transform], { showSecrets: true })).toContain('+ DB_PASSWORD=hunter3secret');
  });

  test('a new file is called one, and an empty one too', () => {
    const create = settings('settings/init', {}, (text) =>
      text('a/__init__.py') === undefined
        ? [
            {
              subject: 'a',
              at: at('a/__init__.py'),
              message: 'm',
              edits: [{ ...at('a/__init__.py'), text: '' }],
            },
          ]
        : [],
    );
    expect(shown({ 'a/b.py': '' }, [create])).toContain('     a/__init__.py  (new file)\n       (empty)');
  });

  test('CRLF endings are not shown, but a changed ending is', () => {
    const crlf = { 'a.txt': 'one\r\ntwo\r\n' };
    expect(shown(crlf, [replacing('settings/x', 'a.txt', 'one', '1')])).not.toContain('\r');
    expect(shown({ 'a.txt': 'one\r\ntwo\n' }, [replacing('settings/x', 'a.txt', '\r\n', '\n')])).toContain(
      '- one\r',
    );
  });
});

test('Markdown fences a diff that holds a fence, and escapes what a message says', () => {
  const text = shown(
    { 'a.md': '```py\nold\n```\n' },
    [replacing('settings/x', 'a.md', 'old', 'new', { message: 'Use <b> *not* `a|b`.' })],
    { format: 'markdown' },
  );
  expect(text).toContain('````diff\n@@ -1,3 +1,3 @@\n ```py\n-old\n+new\n ```\n````');
  expect(text).toContain('Use \\<b\\> \\*not\\* `a|b`.');
});

describe('patch', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fix-backend-patch-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const NASTY: Record<string, [Buffer, string, string]> = {
    'crlf.txt': [Buffer.from('a\r\nold\r\nc\r\n'), 'old', 'new'],
    'mixed.txt': [Buffer.from('a\r\nold\nc\r\n'), 'old\n', 'new\r\n'],
    'no-newline.txt': [Buffer.from('a\nold'), 'old', 'new'],
    'gets-newline.txt': [Buffer.from('a\nold'), 'old', 'new\n'],
    'loses-newline.txt': [Buffer.from('a\nold\n'), 'old\n', 'new'],
    'bom.txt': [Buffer.from('\ufeffold\nb\n'), 'old', 'new'],
    'latin.py': [Buffer.from('# coding: latin-1\nn = "\xe9\xfc"\nold = 1\n', 'latin1'), 'old', 'neu\xfc'],
    'formfeed.txt': [Buffer.from('a = 1\n\f\nold = 2\n\u2028\n'), 'old', 'new'],
    'with space.txt': [Buffer.from('old\n'), 'old', 'new'],
    'quo"te\\.txt': [Buffer.from('old\n'), 'old', 'new'],
    'ünïcode/日本.txt': [Buffer.from('old\n'), 'old', 'neu'],
    'sub/folder/deep.txt': [Buffer.from(`${'x\n'.repeat(50)}old\n${'y\n'.repeat(50)}`), 'old', 'a\nb\nc'],
    'emptied.txt': [Buffer.from('old\n'), 'old\n', ''],
  };

  function write(path: string, bytes: Buffer): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }

  function makePatch(transforms: LoadedTransform[], options: Partial<ShowOptions> = {}) {
    const { workspace } = openWorkspace(folder);
    const planned = plan(workspace, EVERYTHING, tools(transforms));
    const patch = show(planned, workspace, { ...OPTIONS, format: 'patch', ...options });
    if ('text' in patch) throw new Error('no patch');
    const texts = finalTexts(planned, workspace);
    const expected = new Map(
      planned.changes.map(({ path, encoding }) => [path, encode(texts.get(path) ?? '', encoding)]),
    );
    return { ...patch, expected };
  }

  function gitApply(bytes: Buffer, cwd = folder): void {
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], {
      cwd,
      input: bytes,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  test.each(Object.keys(NASTY))('git apply of %s gives the bytes that apply writes', (path) => {
    const [bytes, old, now] = NASTY[path] ?? [Buffer.alloc(0), '', ''];
    write(path, bytes);
    const { bytes: patch, expected } = makePatch([replacing('settings/x', path, old, now)]);
    gitApply(patch);
    expect(expected.size).toBe(1);
    expect(readFileSync(join(folder, path))).toEqual(expected.get(path));
    expect(readFileSync(join(folder, path))).not.toEqual(bytes);
  });

  test('all of them at once, inside a git repository', () => {
    for (const [path, [bytes]] of Object.entries(NASTY)) write(`api/${path}`, bytes);
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const root = join(folder, 'api');
    const { workspace } = openWorkspace(root);
    const planned = plan(
      workspace,
      EVERYTHING,
      tools(
        Object.entries(NASTY).map(([path, [, old, now]], i) => replacing(`settings/x${i}`, path, old, now)),
      ),
    );
    const prefix = patchPrefix(workspace.absoluteRoot, folder);
    expect(prefix).toBe('api/');
    const patch = show(planned, workspace, { ...OPTIONS, format: 'patch', prefix });
    if ('text' in patch) throw new Error('no patch');
    gitApply(patch.bytes, root);
    const texts = finalTexts(planned, workspace);
    expect(planned.changes).toHaveLength(Object.keys(NASTY).length);
    for (const { path, encoding } of planned.changes) {
      expect(readFileSync(join(root, path))).toEqual(encode(texts.get(path) ?? '', encoding));
    }
  });

  test('an empty new file and one with text are created, and an executable stays one', () => {
    write('run.sh', Buffer.from('old\n'));
    chmodSync(join(folder, 'run.sh'), 0o755);
    const create = (path: string, text: string) =>
      settings(`settings/${text || 'empty'}`, {}, (read) =>
        read(path) === undefined
          ? [{ subject: path, at: at(path), message: 'm', edits: [{ ...at(path), text }] }]
          : [],
      );
    const { bytes } = makePatch([
      create('app/__init__.py', ''),
      create('app/new.py', 'x'),
      replacing('settings/x', 'run.sh', 'old', 'new'),
    ]);
    gitApply(bytes);
    expect(readFileSync(join(folder, 'app/__init__.py'))).toHaveLength(0);
    expect(readFileSync(join(folder, 'app/new.py'), 'utf8')).toBe('x');
    expect(readFileSync(join(folder, 'run.sh'), 'utf8')).toBe('new\n');
    expect(statSync(join(folder, 'run.sh')).mode & 0o777).toBe(0o755);
  });

  const SECRET = `URL=old\n${'#\n'.repeat(10)}TOKEN_SECRET=hunter2secret\nMODE=old\n${'#\n'.repeat(10)}LAST=old\n`;
  const mends = ['URL', 'MODE', 'LAST'].map((name) =>
    replacing(`settings/${name}`, '.env', `${name}=old`, `${name}=new\n${name}_2=new`),
  );

  test('a hunk that shows a secret is left out and named, and the others still apply', () => {
    write('.env', Buffer.from(SECRET));
    const { bytes, omitted } = makePatch(mends);
    expect(bytes.toString()).not.toContain('hunter2secret');
    expect(omitted).toEqual([{ file: '.env', line: expect.any(Number) }]);
    gitApply(bytes);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(
      SECRET.replace('URL=old', 'URL=new\nURL_2=new').replace('LAST=old', 'LAST=new\nLAST_2=new'),
    );
  });

  test('with the secrets asked for, all of it applies', () => {
    write('.env', Buffer.from(SECRET));
    const { bytes, omitted } = makePatch(mends, { showSecrets: true });
    expect(omitted).toEqual([]);
    gitApply(bytes);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(SECRET.replace(/(\w+)=old/g, '$1=new\n$1_2=new'));
  });
});

test('outside a repository the names in a patch are relative to the folder the command runs in', () => {
  expect(patchPrefix('/nowhere/a/b', '/nowhere/a')).toBe('b/');
  expect(patchPrefix('/nowhere/a', '/nowhere/a')).toBe('');
  expect(patchPrefix('/nowhere/a', '/nowhere/b')).toBe('');
});

function at(file: string) {
  return { file, start: 0, end: 0 };
}
