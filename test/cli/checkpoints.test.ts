import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BROKEN, contents, lab, REPAIRED } from './program.ts';

const here = lab();
const ALL = ['--yes', '--unsafe', '--verify=none'];

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A project that is committed as it is. */
function committed(files: Record<string, string> = BROKEN, ...settings: string[][]): string {
  const root = here.project(files);
  git(root, 'init', '-q');
  for (const words of [['user.name', 't'], ['user.email', 't@example.invalid'], ...settings])
    git(root, 'config', ...words);
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'as it was');
  return root;
}

describe('--until', () => {
  test('stops at its checkpoint: what works towards a later one is left, and does not remain', async () => {
    const root = here.project();
    const { code } = await here.run([root, ...ALL, '--until', 'imports']);
    expect(contents(root)).toEqual(REPAIRED);
    expect(code).toBe(0);
  });

  test('a later one does what the earlier ones do as well', async () => {
    const root = here.project();
    await here.run([root, ...ALL, '--until=database']);
    expect(contents(root)['.env']).toContain('POOL=10');
    expect(contents(root)['requirements.txt']).toBe(REPAIRED['requirements.txt']);
  });

  test('another word is refused with those that there are', async () => {
    const { code, err } = await here.run(['--until', 'start', here.project()]);
    expect(code).toBe(2);
    expect(err).toContain('imports, database, entrypoint');
  });
});

describe('--commit', () => {
  test('one commit for each checkpoint that wrote, each with its own files, and nothing else', async () => {
    const root = committed();
    writeFileSync(join(root, 'notes.txt'), 'mine\n');
    expect((await here.run([root, ...ALL, '--commit'])).code).toBe(0);
    const log = git(root, 'log', '--format=%s', '--name-only').split('\n').filter(Boolean);
    expect(log.slice(0, 5)).toEqual([
      'fix-backend: database, 1 repair',
      '.env',
      'fix-backend: imports, 2 repairs',
      'main.py',
      'requirements.txt',
    ]);
    expect(git(root, 'log', '-1', '--format=%b')).toContain('(settings/raise-pool)');
    const left = git(root, 'status', '--porcelain').trim().split('\n');
    expect(left.filter((line) => !line.includes('.fix-backend'))).toEqual(['?? notes.txt']);
    git(root, 'revert', '--no-edit', 'HEAD', 'HEAD~1');
    expect(readFileSync(join(root, 'main.py'), 'utf8')).toBe(BROKEN['main.py']);
  });

  test("neither the repository's hooks nor its filters run", async () => {
    const root = committed();
    const hook = join(root, '.git/hooks/pre-commit');
    writeFileSync(hook, `#!/bin/sh\ntouch '${root}/hooked'\nexit 1\n`);
    chmodSync(hook, 0o755);
    git(root, 'config', 'filter.spy.clean', `touch '${root}/filtered'; cat`);
    writeFileSync(join(root, '.git/info/attributes'), '.env filter=spy\n');
    const { err } = await here.run([root, ...ALL, '--commit']);
    expect(existsSync(join(root, 'hooked'))).toBe(false);
    expect(existsSync(join(root, 'filtered'))).toBe(false);
    expect(git(root, 'log', '--format=%s')).toContain('fix-backend: imports');
    expect(err).toContain('Not committed: .env goes through a git filter');
  });

  test('line endings that git keeps as \\n stay so in the commit', async () => {
    const root = committed(BROKEN, ['core.autocrlf', 'true']);
    const crlf = Object.fromEntries(
      Object.entries(BROKEN).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]),
    );
    for (const [name, text] of Object.entries(crlf)) writeFileSync(join(root, name), text);
    git(root, 'add', '-A');
    await here.run([root, ...ALL, '--commit']);
    expect(git(root, 'show', 'HEAD:main.py')).toBe(REPAIRED['main.py']);
    expect(readFileSync(join(root, 'main.py'), 'utf8')).toContain('\r\n');
  });

  test.each([
    ['outside a repository', () => here.project(), 'there is no git repository'],
    [
      'with something that is not committed',
      () => {
        const root = committed();
        writeFileSync(join(root, 'main.py'), `${BROKEN['main.py']}# mine\n`);
        return root;
      },
      '1 file with changes that are not committed',
    ],
  ])('%s it is refused, and nothing is written', async (_, make, message) => {
    const root = make();
    const before = contents(root);
    const { code, err } = await here.run([root, ...ALL, '--commit']);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(contents(root)).toEqual(before);
  });
});

test('--by-error needs a start', async () => {
  const root = here.project();
  const { code, err } = await here.run([root, ...ALL, '--by-error']);
  expect(code).toBe(2);
  expect(err).toContain('--verify=none starts none');
  expect(contents(root)).toEqual(BROKEN);
});
