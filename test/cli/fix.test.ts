import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BROKEN, contents, lab, REPAIRED } from './program.ts';

const here = lab();
const NONE = '--verify=none';

function git(root: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { cwd: root });
}

describe('without a terminal', () => {
  test.each(['empty', 'y\n', 'open'])(
    'standard input %j: the diff, exit 2, and the option to type',
    async (stdin) => {
      const root = here.project();
      const { code, out, err } = await here.run([root], { stdin: stdin === 'empty' ? '' : stdin });
      expect(code).toBe(2);
      expect(out).toContain('+ newpkg==2');
      expect(err).toContain(`fix-backend ${root} --yes`);
      expect(contents(root)).toEqual(BROKEN);
    },
  );

  test('--yes takes the safe ones and says what is left', async () => {
    const root = here.project();
    const { code, out } = await here.run([root, '--yes', NONE]);
    expect(code).toBe(1);
    expect(contents(root)).toEqual(REPAIRED);
    expect(out).toContain('2 repairs in 2 files written.');
    expect(out).toMatch(
      /Not taken: 1\n {2}\.env:1 {2}Raise the pool\n {4}unsafe: more connections are opened/,
    );
  });

  test('--yes --unsafe takes all: exit 0, and the second run has nothing to do', async () => {
    const root = here.project();
    expect((await here.run([root, '--yes', '--unsafe', NONE])).code).toBe(0);
    const after = contents(root);
    expect(after['.env']).toContain('POOL=10');
    const second = await here.run([root, '--yes', '--unsafe', NONE]);
    expect(second.code).toBe(0);
    expect(second.err).toContain('There is nothing to repair.');
    expect(contents(root)).toEqual(after);
  });

  test('in the current folder the commands that are named need no path', async () => {
    const root = here.project();
    const { out } = await here.run(['--yes', NONE], { cwd: root });
    expect(out).toMatch(/undo +fix-backend undo$/m);
    expect(out).toMatch(/install +pip install -r requirements.txt$/m);
  });

  test('--dry-run writes nothing: exit 1 where something would change', async () => {
    const root = here.project();
    const { code, out, err } = await here.run([root, '--dry-run']);
    expect(code).toBe(1);
    expect(out).toContain('- oldpkg==1');
    expect(err).toContain('2 repairs in 2 files would be written. Nothing was.');
    expect(contents(root)).toEqual(BROKEN);
  });

  test('a report finding alone is exit 1, a note alone exit 0', async () => {
    const healthy = {
      'requirements.txt': 'fastapi\nsqlalchemy\n',
      'main.py': 'import fastapi\n',
      '.env': 'A=1\n',
    };
    expect((await here.run([here.project(healthy, 'a'), '--dry-run'])).code).toBe(0);
    const told = await here.run([here.project({ ...healthy, 'README.md': 'TELL\n' }, 'b'), '--dry-run']);
    expect(told.code).toBe(1);
    expect(told.out).toContain('→ Write it down.');
    expect(told.out).toContain('Worth knowing: 1');
  });
});

describe('choosing', () => {
  test('--skip leaves a transform out, what needs it falls, and what was left out on purpose does not remain', async () => {
    const root = here.project();
    const fallen = await here.run([root, '--dry-run', '--skip', 'settings/require-newpkg']);
    expect(fallen.out).toContain('it needs what is not taken: Require newpkg');
    const rest = await here.run([root, '--yes', NONE, '--only', 'settings/require-newpkg,python/*']);
    expect(rest.code).toBe(0);
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('an unknown id is refused with the known one', async () => {
    const { code, err } = await here.run([here.project(), '--only', 'settings/require-newpg']);
    expect(code).toBe(2);
    expect(err).toContain('Did you mean:  fix-backend --only settings/require-newpkg');
  });
});

describe('git', () => {
  test('a dirty tree is refused after the diff; --allow-dirty writes', async () => {
    const root = here.project();
    git(root, 'init', '-q');
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'first');
    writeFileSync(join(root, 'main.py'), `${BROKEN['main.py']}# mine\n`);
    const refused = await here.run([root, '--yes', NONE]);
    expect(refused.code).toBe(2);
    expect(refused.out).toContain('+ newpkg==2');
    expect(refused.err).toContain('main.py');
    expect(refused.err).toContain('Nothing was written.');
    expect(contents(root)['requirements.txt']).toBe(BROKEN['requirements.txt']);
    expect((await here.run([root, '--yes', NONE, '--allow-dirty'])).code).toBe(1);
    expect(contents(root)['main.py']).toBe(`${REPAIRED['main.py']}# mine\n`);
  });

  test('a clean tree is written, and the files that fix-backend keeps do not make it dirty', async () => {
    const root = here.project();
    git(root, 'init', '-q');
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'first');
    expect((await here.run([root, '--yes', NONE])).code).toBe(1);
    git(root, 'commit', '-qam', 'second');
    expect((await here.run([root, '--yes', '--unsafe', NONE])).code).toBe(0);
  });
});

describe('formats', () => {
  test('the patch of a dry run, given to git apply, equals applying', async () => {
    const patched = here.project(BROKEN, 'patched');
    const applied = here.project(BROKEN, 'applied');
    const { bytes, code } = await here.run(
      ['--dry-run', '--unsafe', '--format', 'patch', '--skip', 'settings/raise-pool'],
      {
        cwd: patched,
      },
    );
    expect(code).toBe(1);
    execFileSync('git', ['apply', '-'], { cwd: patched, input: bytes });
    await here.run([applied, '--yes', NONE]);
    expect(contents(patched)).toEqual(contents(applied));
  });

  test('below the top of a repository, and from there', async () => {
    const root = here.project(BROKEN, 'repo/services/api');
    const top = join(here.folder, 'repo');
    git(top, 'init', '-q');
    const { bytes } = await here.run(['services/api', '--dry-run', '--format', 'patch'], { cwd: top });
    expect(bytes.toString()).toContain('diff --git a/services/api/main.py b/services/api/main.py');
    execFileSync('git', ['apply', '-'], { cwd: root, input: bytes });
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('a hunk with a secret is left out, named on standard error, and --show-secrets puts it in', async () => {
    const root = here.project();
    const args = ['--dry-run', '--unsafe', '--format', 'patch', '--only', 'settings/raise-pool'];
    const without = await here.run(args, { cwd: root });
    expect(without.code).toBe(1);
    expect(without.out).toBe('');
    expect(without.err).toContain('.env:1 is left out of the patch');
    expect(without.err).toContain('--show-secrets');
    const full = await here.run([...args, '--show-secrets'], { cwd: root });
    expect(full.out).toContain('+POOL=10');
    execFileSync('git', ['apply', '-'], { cwd: root, input: full.bytes });
    expect(contents(root)['.env']).toBe('POOL=10\nDB_PASSWORD=hunter2secret\n');
  });

  test('JSON is one object on standard output, and names no secret', async () => {
    const root = here.project();
    const { out, code } = await here.run([root, '--dry-run', '--unsafe', '--format', 'json']);
    const json = JSON.parse(out);
    expect(code).toBe(1);
    expect(json).toMatchObject({
      schemaVersion: 1,
      exitCode: 1,
      projects: [
        {
          path: root,
          backends: [{ language: 'python' }],
          changes: [
            { transform: 'settings/raise-pool', safety: 'unsafe', mayChange: 'more connections are opened' },
            { transform: 'python/import-newpkg', file: 'main.py', line: 2, column: 6 },
            { transform: 'settings/require-newpkg', tasks: ['T005'], files: [{ path: 'requirements.txt' }] },
          ],
          notes: [{ message: 'Settings are read from here.' }],
        },
      ],
    });
    expect(out).not.toContain('hunter2secret');
  });

  test('Markdown', async () => {
    const { out } = await here.run([here.project(), '--dry-run', '--format', 'markdown']);
    expect(out).toContain('## Require newpkg');
    expect(out).toContain('```diff\n@@ -1,3 +1,3 @@\n fastapi\n sqlalchemy\n-oldpkg==1\n+newpkg==2\n```');
  });
});

describe('several paths', () => {
  test('each has its own run, a table ends it, and the worst exit code is returned', async () => {
    const one = here.project(BROKEN, 'one');
    const two = here.project(BROKEN, 'two');
    const { code, out, err } = await here.run(['one', 'nowhere', 'two', '--yes', '--unsafe', NONE]);
    expect(code).toBe(2);
    expect(contents(one)).toEqual(contents(two));
    expect(contents(one)['main.py']).toBe(REPAIRED['main.py']);
    expect(err).toContain('nowhere');
    expect(out).toMatch(/^one +ok .*exit 0/m);
    expect(out).toMatch(/^nowhere +failed .*exit 2/m);
    expect((await here.run(['undo', 'one'])).code).toBe(0);
    expect(contents(one)).toEqual(BROKEN);
    expect(contents(two)['main.py']).toBe(REPAIRED['main.py']);
  });

  test('JSON has them all in one object, the failed one too', async () => {
    here.project(BROKEN, 'one');
    const { out, code } = await here.run(['one', 'nowhere', '--dry-run', '--format', 'json']);
    const { projects, exitCode } = JSON.parse(out);
    expect([code, exitCode]).toEqual([2, 2]);
    expect(
      projects.map(({ path, exitCode: own }: { path: string; exitCode: number }) => [path, own]),
    ).toEqual([
      ['one', 1],
      ['nowhere', 2],
    ]);
  });
});

describe('what cannot be done is said with the next step', () => {
  test.each([
    ['no such folder', ['./nowhere'], /nowhere/],
    ['a file', ['requirements.txt'], /requirements\.txt/],
    ['no backend', ['empty'], /no backend in empty/],
    ['an option with a letter wrong', ['--dryrun'], /Did you mean: {2}--dry-run/],
    ['a format that is none', ['--format', 'xml'], /text, patch, json, markdown/],
    ['a command with a letter wrong', ['histroy'], /Did you mean: {2}fix-backend history/],
    ['--install with --dry-run', ['--install', '--dry-run'], /cannot be used with/],
  ])('%s', async (_, args, said) => {
    const root = here.project();
    mkdirSync(join(root, 'empty'));
    const { code, err, out } = await here.run(args, { cwd: root });
    expect(code).toBe(2);
    expect(err).toMatch(said);
    expect(err.trimEnd().split('\n').length).toBeGreaterThanOrEqual(3);
    expect(out).toBe('');
    expect(contents(root)).toEqual(BROKEN);
  });
});

describe('runs', () => {
  test('undo gives back every byte, redo writes again, history lists, clean removes', async () => {
    const root = here.project();
    await here.run([root, '--yes', NONE]);
    const at = { cwd: root };
    const listed = await here.run(['history'], at);
    expect(listed.out).toMatch(/applied +2 files {3}main\.py, requirements\.txt/);
    const id = listed.out.split(' ')[0] ?? '';
    expect((await here.run(['undo'], at)).out).toContain(`Run ${id} is undone`);
    expect(contents(root)).toEqual(BROKEN);
    expect((await here.run(['undo'], at)).code).toBe(2);
    expect((await here.run(['redo', id], at)).code).toBe(0);
    expect(contents(root)).toEqual(REPAIRED);
    expect((await here.run(['clean', '--older-than', '1'], at)).out).toContain('0 runs removed');
    expect((await here.run(['clean'], at)).out).toContain('1 run removed');
    expect((await here.run(['undo'], at)).code).toBe(2);
  });

  test('the report names each change, what was left and why, without a secret', async () => {
    const root = here.project();
    await here.run([root, '--yes', NONE]);
    const { code, out } = await here.run(['report'], { cwd: root });
    expect(code).toBe(0);
    for (const part of [
      '### 2. Require newpkg',
      '- Where: `requirements.txt:3`',
      '-oldpkg==1\n+newpkg==2',
      '- Why: oldpkg is gone, so the install fails.',
      '- Source: <https://docs.example.invalid/newpkg>',
      'T005',
      '## Not changed',
      'unsafe: more connections are opened',
      'Verification was not asked for.',
    ]) {
      expect(out).toContain(part);
    }
    const json = JSON.parse((await here.run(['report', '--format', 'json'], { cwd: root })).out);
    expect(json).toMatchObject({ schemaVersion: 1, verification: 'none', changes: [{}, {}] });
  });

  test('nowhere does a run leave a secret but in its backups', async () => {
    const root = here.project();
    const { out, err } = await here.run([root, '--yes', '--unsafe', NONE]);
    const [id] = (await here.run(['history'], { cwd: root })).out.split(' ');
    const report = readFileSync(join(root, '.fix-backend/runs', id ?? '', 'report.md'), 'utf8');
    expect(report).toContain('POOL=10');
    for (const text of [out, err, report]) expect(text).not.toContain('hunter2secret');
  });

  test('there is no report where there was no run', async () => {
    const { code, err } = await here.run(['report'], { cwd: here.project() });
    expect(code).toBe(2);
    expect(err).toContain('fix-backend history');
  });
});

describe('audit and explain', () => {
  test('audit lists all of it, and writes nothing', async () => {
    const root = here.project();
    const { code, out } = await here.run(['audit', root]);
    expect(code).toBe(1);
    expect(out).toContain('3/3');
    expect(contents(root)).toEqual(BROKEN);
    await here.run([root, '--yes', '--unsafe', NONE]);
    expect((await here.run(['audit', root])).code).toBe(0);
  });

  test.each(['settings/require-newpkg', 'require-newpkg', 'settings/req'])('explain %s', async (id) => {
    const { code, out } = await here.run(['explain', id]);
    expect(code).toBe(0);
    expect(out).toContain('Require newpkg');
    expect(out).toContain('oldpkg is gone, so the install fails.');
    expect(out).toContain('For example: The requirement gets the new name');
    expect(out).toContain('+ newpkg==2');
  });

  test('explain without an id, or with the beginning of several, lists them', async () => {
    expect((await here.run(['explain'])).out.trim().split('\n')).toHaveLength(5);
    expect((await here.run(['explain', 'settings/'])).out.trim().split('\n')).toHaveLength(4);
  });

  test('an id that is none names the nearest', async () => {
    const { code, err } = await here.run(['explain', 'require-newpg']);
    expect(code).toBe(2);
    expect(err).toContain('fix-backend explain settings/require-newpkg');
  });
});

describe('help', () => {
  test('begins with examples and explains the exit codes', async () => {
    const { code, out, err } = await here.run(['--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out.indexOf('fix-backend --dry-run')).toBeLessThan(out.indexOf('Usage:'));
    expect(out).toContain('Exit codes:');
    expect(out).toContain('show passwords and keys as they are');
  });

  test.each(['audit', 'verify', 'undo', 'report', 'explain', 'clean'])('%s has its own', async (command) => {
    const { code, out } = await here.run([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: fix-backend ${command}`);
  });

  test('the version is that of the package', async () => {
    expect((await here.run(['--version'])).out).toBe('9.9.9\n');
  });

  test('a common option counts before a command as well as after it', async () => {
    const root = here.project();
    for (const args of [
      ['--color=always', 'audit', root],
      ['audit', root, '--color=always'],
    ]) {
      expect((await here.run(args)).out).toContain('\x1b[');
    }
  });
});

test('whoever stops reading, as head does, gets no error', () => {
  const root = here.project();
  const out = execFileSync('sh', ['-c', `"${process.execPath}" "${here.program}" audit "${root}" | head -1`]);
  expect(out.toString().split('\n')).toHaveLength(2);
});
