import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../scripts/build.ts';

/** A broken backend in every form that bytes come in: only what is repaired changes, and it comes back byte for byte. */
const root = fileURLToPath(new URL('..', import.meta.url));
const fixture = join(root, '__testfixtures__/todo-backend');
const lab = mkdtempSync(join(tmpdir(), 'fix-backend-bytes-'));
const command = join(lab, 'dist/fix-backend.js');

// A place of its own, so that nobody's dist/ changes under them.
beforeAll(async () => {
  cpSync(join(root, 'package.json'), join(lab, 'package.json'));
  await build(join(lab, 'dist'));
});
afterAll(() => rmSync(lab, { recursive: true, force: true }));

type Form = (text: string, path: string) => Buffer;
const utf8 = (text: string) => Buffer.from(text, 'utf8');
const isPython = (path: string) => path.endsWith('.py');
const onPython =
  (change: (text: string) => string): Form =>
  (text, path) =>
    utf8(isPython(path) && text !== '' ? change(text) : text);

const FORMS: Record<string, Form> = {
  CRLF: (text) => utf8(text.replaceAll('\n', '\r\n')),
  'a byte-order mark': onPython((text) => `\ufeff${text}`),
  'a byte-order mark in every file': (text) => utf8(text === '' ? text : `\ufeff${text}`),
  tabs: onPython((text) => text.replace(/^( {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4))),
  'no newline at the end': (text) => utf8(text.replace(/\n$/, '')),
  'form feeds': onPython((text) => text.replace(/\n\n\n(?=\S)/g, '\n\f\n\n')),
  'UTF-16, as PowerShell writes `pip freeze > requirements.txt`': (text, path) =>
    /requirements[^/]*\.txt$/.test(path)
      ? Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`, 'utf16le')
      : utf8(text),
  'latin-1 with its cookie': (text, path) =>
    isPython(path) ? Buffer.from(`# -*- coding: latin-1 -*-\n# caf\u00e9\n${text}`, 'latin1') : utf8(text),
};

function written(form: Form, tree: 'before' | 'after', name: string): string {
  const folder = join(lab, `${name}-${tree}`.replaceAll(/\W/g, '-'));
  cpSync(join(fixture, tree), folder, { recursive: true });
  for (const path of paths(folder))
    writeFileSync(join(folder, path), form(readFileSync(join(folder, path), 'utf8'), path));
  return folder;
}

function paths(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return entries
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/^\.(git|fix-backend)\//.test(path));
}

function bytes(folder: string): Record<string, string> {
  return Object.fromEntries(
    paths(folder)
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'latin1')]),
  );
}

function tool(...args: string[]) {
  return spawnSync(process.execPath, [command, ...args, '--no-input'], { maxBuffer: 1 << 26 });
}

describe.each(Object.entries(FORMS))('%s', (name, form) => {
  test('stays as it is around the repairs, and comes back', () => {
    const folder = written(form, 'before', name);
    const original = bytes(folder);
    const done = tool(folder, '--yes', '--unsafe', '--verify=none');
    expect([done.status, done.stderr.toString()]).toEqual([0, expect.any(String)]);
    expect(bytes(folder)).toEqual(bytes(written(form, 'after', name)));
    const python = paths(folder)
      .filter(isPython)
      .map((path) => join(folder, path));
    expect(spawnSync('python3', ['-m', 'py_compile', ...python]).stderr.toString()).toBe('');
    expect(tool(folder, '--dry-run', '--unsafe').status).toBe(0);
    expect(tool('undo', folder).status).toBe(0);
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (path.endsWith('__pycache__')) rmSync(join(folder, path), { recursive: true });
    expect(bytes(folder)).toEqual(original);
  });

  test('git apply of the patch does the same', () => {
    const folder = written(form, 'before', `${name} patch`);
    const git = (...args: string[]) =>
      execFileSync(
        'git',
        ['-c', 'core.autocrlf=false', '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args],
        { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] },
      );
    git('init', '-q');
    git('add', '-Af');
    git('commit', '-qm', 'before');
    const { stdout, status } = tool(folder, '--dry-run', '--unsafe', '--show-secrets', '--format', 'patch');
    expect(status).toBe(1);
    execFileSync('git', ['apply', '-'], { cwd: folder, input: stdout });
    expect(bytes(folder)).toEqual(bytes(written(form, 'after', `${name} patch`)));
  });
});

describe('mixed line endings', () => {
  const mixed: Form = (text) =>
    utf8(
      text
        .split('\n')
        .map((line, at) => (at % 3 === 0 ? `${line}\r` : line))
        .join('\n'),
    );
  const plain: Form = (text) => utf8(text);
  const withoutReturns = (tree: Record<string, string>) =>
    Object.fromEntries(Object.entries(tree).map(([path, text]) => [path, text.replaceAll('\r', '')]));

  test('every line that is not repaired keeps its own, and all come back', () => {
    const folder = written(mixed, 'before', 'mixed');
    const before = bytes(folder);
    expect(tool(folder, '--yes', '--unsafe', '--verify=none').status).toBe(0);
    const after = bytes(folder);
    expect(withoutReturns(after)).toEqual(withoutReturns(bytes(written(plain, 'after', 'mixed plain'))));
    for (const [path, text] of Object.entries(after)) {
      const old = new Set(before[path]?.split('\n'));
      const oldWords = new Set(before[path]?.replaceAll('\r', '').split('\n'));
      const turned = text
        .split('\n')
        .filter((line) => !old.has(line) && oldWords.has(line.replace(/\r$/, '')));
      expect([path, turned]).toEqual([path, []]);
    }
    expect(tool(folder, '--dry-run', '--unsafe').status).toBe(0);
    expect(tool('undo', folder).status).toBe(0);
    expect(bytes(folder)).toEqual(before);
  });

  test('git apply of the patch does the same', () => {
    const applied = written(mixed, 'before', 'mixed applied');
    const patched = written(mixed, 'before', 'mixed patched');
    expect(tool(applied, '--yes', '--unsafe', '--verify=none').status).toBe(0);
    const { stdout } = tool(patched, '--dry-run', '--unsafe', '--show-secrets', '--format', 'patch');
    execFileSync('git', ['apply', '-'], {
      cwd: patched,
      input: stdout,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: lab },
    });
    expect(bytes(patched)).toEqual(bytes(applied));
  });
});

test('hunks that hold secrets stay out of the patch, are named, and make the exit code 1', () => {
  const { stdout, stderr, status } = tool(
    written(
      onPython((text) => text),
      'before',
      'secret',
    ),
    '--dry-run',
    '--unsafe',
    '--format',
    'patch',
  );
  expect(status).toBe(1);
  expect(stdout.toString()).not.toContain('postgres:postgres');
  expect(stderr.toString()).toMatch(/\.env:\d+ is left out of the patch/);
});
