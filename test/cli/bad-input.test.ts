import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BROKEN, contents, lab, plainEnv, REPAIRED } from './program.ts';

const here = lab();
const WRITE = ['--yes', '--verify=none'];
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** Runs the command as somebody who is not root: of permissions, root notices nothing. */
function asNobody(root: string, ...args: string[]) {
  if (!isRoot) return spawnSync(process.execPath, [here.program, root, ...args], { encoding: 'utf8' });
  openTo(root);
  chownAll(root);
  return spawnSync(process.execPath, [here.program, root, ...args], {
    encoding: 'utf8',
    uid: NOBODY,
    gid: NOBODY,
    cwd: root,
    env: plainEnv({ HOME: root }),
  });
}

function chownAll(folder: string): void {
  chownSync(folder, NOBODY, NOBODY);
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownSync(join(folder, path), NOBODY, NOBODY);
}

/** The test's own temporary folders are for its user alone. */
function openTo(root: string): void {
  for (let at = dirname(root); at.includes('fix-backend-cli-'); at = dirname(at)) chmodSync(at, 0o755);
}

describe('where there is nothing to look at', () => {
  test.each([
    ['no such path', 'missing', /There is no .*missing\./],
    ['a file', 'api/main.py', /main\.py is a file, not a folder\./],
    ['a folder without a backend', 'plain', /There is no backend in plain/],
    ['a loop of links', 'loop', /loop is a loop of symbolic links\./],
  ])('%s: exit 2, and what to type', async (_, path, message) => {
    here.project();
    here.project({ 'notes.txt': 'x\n' }, 'plain');
    symlinkSync('loop', join(here.folder, 'loop'));
    const { code, out, err } = await here.run([path, ...WRITE]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).toContain('Nothing was written.');
    expect(err).toMatch(/fix-backend (PATH|path\/to\/backend)/);
  });
});

describe('files that cannot be looked at are named, and the others repaired', () => {
  const SOURCES: [string, Buffer | string, RegExp][] = [
    ['blob.py', Buffer.from([0, 1, 2]), /blob\.py\n {4}It is a binary file\./],
    [
      'bytes.py',
      Buffer.from('caf\xe9 = 1\n', 'latin1'),
      /bytes\.py\n {4}It is not UTF-8 .*\n.*coding: latin-1/,
    ],
    ['bad.py', 'x = 1\ndef f(:\n    pass\n', /bad\.py:2:7\n {4}does not parse/],
    ['old.py', 'print "x"\n', /old\.py:1:1\n {4}is written for Python 2/],
    ['uneven.py', '\n\nx = 1\n  y = 2\n', /uneven\.py:4:3\n {4}does not parse/],
    ['compose.yaml', 'services:\n  db: [\n', /compose\.yaml:3:1\n/],
    ['pyproject.toml', '[project\n', /pyproject\.toml:1:9\n/],
  ];

  test.each(SOURCES)('%s', async (name, bytes, said) => {
    const root = here.project();
    writeFileSync(join(root, name), bytes);
    const { code, out } = await here.run([root, ...WRITE]);
    expect(code).toBe(1);
    expect(out).toContain('Could not be looked at: 1');
    expect(out).toMatch(said);
    const { [name]: _, ...others } = contents(root);
    expect(others).toEqual(REPAIRED);
    expect(readFileSync(join(root, name))).toEqual(Buffer.from(bytes));
  });

  test('a file and a folder that may not be read', () => {
    const root = here.project({ ...BROKEN, 'closed.py': 'x = 1\n', 'shut/a.py': 'x = 1\n' });
    openTo(root);
    chmodSync(join(root, 'closed.py'), 0);
    chmodSync(join(root, 'shut'), 0);
    const { status, stdout } = asNobody(root, ...WRITE);
    chmodSync(join(root, 'shut'), 0o755);
    expect(status).toBe(1);
    expect(stdout).toContain('It cannot be read (EACCES).');
    expect(stdout).toContain('chmod u+r closed.py');
    expect(stdout).toContain('The folder cannot be listed (EACCES)');
    expect(stdout).toContain('chmod u+rx shut');
    expect(readFileSync(join(root, 'main.py'), 'utf8')).toBe(REPAIRED['main.py']);
  });

  test('links that lead round in circles are not followed', async () => {
    const root = here.project();
    mkdirSync(join(root, 'deep'));
    symlinkSync('..', join(root, 'deep/up'));
    symlinkSync('.', join(root, 'self'));
    symlinkSync('b.py', join(root, 'a.py'));
    symlinkSync('a.py', join(root, 'b.py'));
    const { code, err } = await here.run([root, '--dry-run', '--yes']);
    expect(code).toBe(1);
    expect(err).toContain('2 repairs in 2 files would be written.');
  });
});

describe('files that may not be written', () => {
  test('a symbolic link: its repair is left out with what needs it, and the link stays', async () => {
    const root = here.project();
    copyFileSync(join(root, 'requirements.txt'), join(root, 'real.lst'));
    rmSync(join(root, 'requirements.txt'));
    symlinkSync('real.lst', join(root, 'requirements.txt'));
    const { code, out } = await here.run([root, ...WRITE]);
    expect(code).toBe(1);
    expect(out).toContain('requirements.txt is a symbolic link');
    expect(out).toContain("cp -p 'requirements.txt' 'requirements.txt.copy'");
    expect(out).toContain('left out, since a file that it changes may not be written');
    expect(contents(root)['real.lst']).toBe(BROKEN['requirements.txt']);
    expect(contents(root)['main.py']).toBe(BROKEN['main.py']);
  });

  test('a second hard link: the rest is written', async () => {
    const root = here.project();
    linkSync(join(root, '.env'), join(here.folder, 'other-name'));
    const { code, out } = await here.run([root, ...WRITE, '--unsafe']);
    expect(code).toBe(1);
    expect(out).toContain('.env is one of 2 hard links');
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('one file of several is read-only: the rest is written', () => {
    const root = here.project();
    chmodSync(join(root, '.env'), 0o444);
    const { status, stdout } = asNobody(root, ...WRITE, '--unsafe');
    expect(status).toBe(1);
    expect(stdout).toContain('.env: permission denied (EACCES).');
    expect(stdout).toContain('chmod u+rwX .env');
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('the whole folder is read-only: the diff is shown, exit 3, and nothing is written', () => {
    const root = here.project();
    const close = () => {
      for (const name of readdirSync(root)) chmodSync(join(root, name), 0o444);
      chmodSync(root, 0o555);
    };
    close();
    const shown = asNobody(root, '--dry-run');
    expect([shown.status, shown.stderr]).toEqual([1, expect.stringContaining('Nothing was.')]);
    const { status, stdout, stderr } = asNobody(root, ...WRITE);
    expect(status).toBe(3);
    expect(stdout).toContain('+ newpkg==2');
    expect(stderr).toMatch(/permission denied \(EACCES\)\.\nNothing was written\.\n.*chmod u\+rwX/);
    expect(readdirSync(root).sort()).toEqual(Object.keys(BROKEN).sort());
    expect(contents(root)).toEqual(BROKEN);
  });
});

describe('the patch', () => {
  const KINDS: [string, (text: string) => Buffer][] = [
    ['plain', (text) => Buffer.from(text)],
    ['CRLF', (text) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['no newline at the end', (text) => Buffer.from(text.replace(/\n$/, ''))],
    ['mixed line endings', (text) => Buffer.from(text.replace('\n', '\r\n'))],
  ];

  test.each(KINDS)('%s: git apply outside a repository gives what applying gives', async (_, form) => {
    const [patched, applied] = ['patched', 'applied'].map((name) => {
      const root = here.project(BROKEN, name);
      for (const [path, text] of Object.entries(BROKEN)) writeFileSync(join(root, path), form(text));
      return root;
    }) as [string, string];
    const shown = await here.run(['--dry-run', '--unsafe', '--show-secrets', '--format', 'patch'], {
      cwd: patched,
    });
    execFileSync('git', ['apply', '-'], {
      cwd: patched,
      input: shown.bytes,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: here.folder },
    });
    expect((await here.run([applied, ...WRITE, '--unsafe'])).code).toBe(0);
    expect(contents(patched)).toEqual(contents(applied));
    expect(contents(patched)).not.toEqual(contents(here.project(BROKEN, 'untouched')));
  });
});

describe('many files', () => {
  test.each([
    [100, false],
    [5100, true],
  ])(
    '%i of them: a look that takes a while says so before, also where nobody watches',
    async (number, said) => {
      const names = Array.from({ length: number }, (_, at) => `notes/${at}.txt`);
      const root = here.project({ ...BROKEN, ...Object.fromEntries(names.map((name) => [name, ''])) });
      const { code, err } = await here.run([root, '--dry-run']);
      expect(code).toBe(1);
      expect(/reading \d+ files\n(.*\n)*.*planning \d+ files\n/.test(err)).toBe(said);
    },
  );
});
