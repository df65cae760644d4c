import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contents, lab } from './program.ts';

const here = lab();

/** A backend for a Python that is nowhere, of which verification says at once that it cannot be started. */
const UNSTARTABLE = {
  'pyproject.toml': '[project]\nname = "api"\nversion = "1"\nrequires-python = ">=9"\n',
  'main.py': 'import sqlalchemy\n',
  'requirements.txt': 'oldpkg==1\n',
};

describe('verification', () => {
  test('says before it starts that it runs the code, and what could not be checked is exit 1', async () => {
    const root = here.project(UNSTARTABLE);
    const { code, out, err } = await here.run([root, '--yes']);
    expect(code).toBe(1);
    expect(err).toContain("this runs the project's code, in a sandbox");
    expect(out).toContain('api could not be checked in full.');
    expect(contents(root)['requirements.txt']).toBe('newpkg==2\n');
    const report = await here.run(['report', root]);
    expect(report.out).toContain('## api: what could not be checked');
  });

  test('verify alone writes nothing and gives its verdicts as JSON too', async () => {
    const root = here.project(UNSTARTABLE);
    const { code, out } = await here.run(['verify', root, '--format', 'json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      verdicts: [{ backend: 'api', result: 'unchecked' }],
    });
    expect(contents(root)).toEqual(UNSTARTABLE);
  });
});

describe('--install', () => {
  /** Only a comment names the package, so that pip has nothing to fetch. */
  const PYTHON = { 'requirements.txt': '# oldpkg==1\n', 'main.py': 'import sqlalchemy\n' };

  function withVenv(): Record<string, string> {
    execFileSync('python3', ['-m', 'venv', join(here.folder, 'venv')]);
    return { PATH: `${join(here.folder, 'venv/bin')}:${process.env.PATH}`, PIP_NO_INDEX: '1' };
  }

  test('runs pip in the environment of the person', async () => {
    const root = here.project(PYTHON);
    const { code, err } = await here.run([root, '--yes', '--install', '--verify=none'], { env: withVenv() });
    expect(err).toContain(`$ cd ${root} && pip install -r requirements.txt`);
    expect(code).toBe(0);
  });

  test('a failing pip is exit 1, with its last lines, and the changes stay', async () => {
    const root = here.project({ ...PYTHON, 'requirements.txt': 'oldpkg==1\n' });
    const { code, err } = await here.run([root, '--yes', '--install', '--verify=none'], { env: withVenv() });
    expect(code).toBe(1);
    expect(err).toContain('No matching distribution found for newpkg==2');
    expect(err).toContain('The changes are written and stay.');
    expect(contents(root)['requirements.txt']).toBe('newpkg==2\n');
  });

  test('no pip on the PATH is said as such, with the command for later', async () => {
    const root = here.project(PYTHON);
    const { code, err } = await here.run([root, '--yes', '--install', '--verify=none'], {
      env: { PATH: here.folder },
    });
    expect(code).toBe(1);
    expect(err).toContain('There is no pip on the PATH.');
    expect(err).toContain(`Once that is put right:  cd ${root} && pip install -r requirements.txt`);
    expect(contents(root)['requirements.txt']).toBe('# newpkg==2\n');
  });

  test('without it the command is printed and not run', async () => {
    const root = here.project(PYTHON);
    const { out, err } = await here.run(['--yes', '--verify=none'], { cwd: root });
    expect(out).toMatch(/install +pip install -r requirements\.txt$/m);
    expect(err).not.toContain('$ ');
  });
});

test('fix is a word for the command without one', async () => {
  const root = here.project(UNSTARTABLE);
  expect((await here.run(['fix', root, '--yes', '--verify=none'])).code).toBe(0);
  expect(contents(root)['requirements.txt']).toBe('newpkg==2\n');
});

test('an error after writing does not say that nothing was written', async () => {
  const root = here.project(UNSTARTABLE);
  const { err, code } = await here.run([root, '--yes'], { env: { TMPDIR: join(here.folder, 'missing') } });
  expect(code).toBe(3);
  expect(err).toContain('The changes are written and stay.');
  expect(err).toContain(`fix-backend undo ${root}`);
  expect(err).not.toContain('Nothing was written');
});
