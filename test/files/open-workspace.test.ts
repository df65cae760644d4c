import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { notEditable } from '../../src/files/editable.ts';
import { openWorkspace } from '../../src/files/open-workspace.ts';
import { makeProject } from './project.ts';

function init(root: string): string {
  execFileSync('git', ['init', '-q'], { cwd: root });
  return root;
}

afterEach(() => vi.unstubAllEnvs());

const PROJECT = {
  '.gitignore': '*.log\n/build/\n.env*\n!.env.example\n',
  'a.py': 'x',
  'x.log': '',
  'build/out.py': '',
  '.env': 'A=1',
  '.env.example': 'A=',
  'svc/main.py': '',
  'svc/.env.local': 'B=1',
  'svc/.gitignore': '!keep.log\nsecret.py\n',
  'svc/keep.log': '',
  'svc/secret.py': '',
  'node_modules/p/index.js': '',
  'svc/__pycache__/main.pyc': '',
  'env/pyvenv.cfg': '',
  'env/lib/x.py': '',
  '.fix-backend/runs/x': '',
  '.fix-backend-tmp-1': '',
};

const EXPECTED = [
  '.env',
  '.env.example',
  '.gitignore',
  'a.py',
  'svc/.env.local',
  'svc/.gitignore',
  'svc/keep.log',
  'svc/main.py',
];

describe('openWorkspace lists', () => {
  it.each([
    ['in a git repository', true],
    ['outside one', false],
  ])('the project’s own files and every .env, %s', (_, inGit) => {
    const root = makeProject(PROJECT);
    if (inGit) init(root);
    const { workspace, problems } = openWorkspace(root);
    expect(workspace.files()).toEqual(EXPECTED);
    expect(problems).toEqual([]);
  });

  it('the same without git on the PATH', () => {
    const root = init(makeProject(PROJECT));
    vi.stubEnv('PATH', '/nonexistent');
    expect(openWorkspace(root).workspace.files()).toEqual(EXPECTED);
  });

  it('a folder of a repository, relative to that folder', () => {
    const root = init(makeProject(PROJECT));
    expect(openWorkspace(join(root, 'svc')).workspace.files()).toEqual([
      '.env.local',
      '.gitignore',
      'keep.log',
      'main.py',
    ]);
  });

  it('a folder that the repository around it ignores', () => {
    const root = init(makeProject(PROJECT));
    expect(openWorkspace(join(root, 'build')).workspace.files()).toEqual(['out.py']);
  });

  it('only tracked files that are on the disk, and what lies in a repository in the repository', () => {
    const root = init(
      makeProject({
        'a.py': '',
        'gone.py': '',
        'inner/b.py': '',
        'inner/.gitignore': 'c.py\n',
        'inner/c.py': '',
      }),
    );
    init(join(root, 'inner'));
    execFileSync('git', ['add', 'a.py', 'gone.py'], { cwd: root });
    execFileSync('rm', ['gone.py'], { cwd: root });
    expect(openWorkspace(root).workspace.files()).toEqual(['a.py', 'inner/.gitignore', 'inner/b.py']);
  });

  it.each([true, false])(
    'links to files inside, never what leads out or round in circles (git: %s)',
    (inGit) => {
      const root = makeProject({ 'a.py': 'inside', 'sub/b.py': '' });
      const outside = makeProject({ 'secret.py': 'outside', '.env': 'OUT=1' });
      if (inGit) init(root);
      symlinkSync('a.py', join(root, 'link.py'));
      symlinkSync('..', join(root, 'sub/loop'));
      symlinkSync('self', join(root, 'self'));
      symlinkSync(outside, join(root, 'out'));
      symlinkSync(join(outside, 'secret.py'), join(root, 'out.py'));
      symlinkSync(join(outside, '.env'), join(root, '.env'));
      symlinkSync('nowhere', join(root, 'dangling.py'));
      const { workspace, problems } = openWorkspace(root);
      expect(workspace.files()).toEqual(['a.py', 'link.py', 'sub/b.py']);
      expect(workspace.read('link.py')?.text).toBe('inside');
      expect(problems).toEqual([
        expect.objectContaining({ file: '.env', message: expect.stringContaining('symbolic link') }),
      ]);
    },
  );

  it('a link that leads out since it was listed is not read', () => {
    const root = makeProject({ 'a.py': 'inside' });
    symlinkSync('a.py', join(root, 'link.py'));
    const { workspace } = openWorkspace(root);
    execFileSync('ln', ['-sfn', join(makeProject({ 's.py': 'outside' }), 's.py'), join(root, 'link.py')]);
    expect(workspace.read('link.py')).toBeUndefined();
  });

  it('no pipes or sockets, and waits for none', () => {
    const root = makeProject({ 'a.py': '' });
    execFileSync('mkfifo', [join(root, 'pipe.py')]);
    expect(openWorkspace(root).workspace.files()).toEqual(['a.py']);
  });

  it('100,000 files', { timeout: 120_000 }, () => {
    const root = mkdtempSync(join(tmpdir(), 'fix-backend-many-'));
    for (let folder = 0; folder < 1000; folder += 1) {
      mkdirSync(join(root, `d${folder}`));
      for (let file = 0; file < 100; file += 1) writeFileSync(join(root, `d${folder}/f${file}.py`), '');
    }
    expect(openWorkspace(root).workspace.files()).toHaveLength(100_000);
    init(root);
    expect(openWorkspace(root).workspace.files()).toHaveLength(100_000);
    execFileSync('rm', ['-rf', root]);
  });
});

describe('openWorkspace says what it cannot read', () => {
  it.each([
    ['binary.py', Buffer.from([97, 0, 98]), /binary/],
    ['latin.py', Buffer.from([0xe4, 0xf6]), /not UTF-8/],
    ['large.py', Buffer.alloc(2 * 1024 * 1024 + 1, 'a'), /larger than 2 MB/],
  ])('%s', (name, bytes, message) => {
    const { workspace } = openWorkspace(makeProject({ [name]: bytes, 'a.py': 'x' }));
    expect(workspace.read(name)).toBeUndefined();
    expect(workspace.problem(name)).toMatchObject({ file: name, message: expect.stringMatching(message) });
    expect(workspace.problem(name)?.next).not.toBe('');
    expect(workspace.read('a.py')?.text).toBe('x');
  });

  it('a repository that git cannot list, and lists it without git', () => {
    const root = init(makeProject({ 'a.py': 'x', '.git/index': 'rubbish' }));
    const { workspace, problems } = openWorkspace(root);
    expect(workspace.files()).toEqual(['a.py']);
    expect(problems).toMatchObject([{ file: '.git', next: expect.stringContaining('git status') }]);
  });

  it('a file that went away', () => {
    const root = makeProject({ 'a.py': 'x' });
    const { workspace } = openWorkspace(root);
    execFileSync('rm', ['a.py'], { cwd: root });
    expect(workspace.read('a.py')).toBeUndefined();
  });

  it('reads bytes and permission bits as they are', () => {
    const root = makeProject({ 'a.sh': '\ufeff#!/bin/sh\r\n' });
    chmodSync(join(root, 'a.sh'), 0o750);
    expect(openWorkspace(root).workspace.read('a.sh')).toMatchObject({
      text: '\ufeff#!/bin/sh\r\n',
      mode: 0o750,
    });
  });

  it.runIf(process.getuid?.() === 0)('folders and files without permission', () => {
    const root = makeProject({ 'a.py': 'x', 'closed/b.py': '', 'c.py': '' });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'closed'), 0);
    chmodSync(join(root, 'c.py'), 0);
    const contents = `import { openWorkspace } from './open-workspace.ts';
      const { workspace, problems } = openWorkspace(process.argv[2]);
      console.log(JSON.stringify([problems, workspace.problem('c.py')]));
      try { openWorkspace(process.argv[2] + '/closed'); } catch (error) { console.log(error.exitCode, error.message); }`;
    const resolveDir = fileURLToPath(new URL('../../src/files', import.meta.url));
    const outfile = `${root}.cjs`;
    buildSync({ stdin: { contents, resolveDir }, bundle: true, platform: 'node', outfile });
    const user = { uid: 65534, gid: 65534 };
    const { stdout, stderr } = spawnSync(process.execPath, [outfile, root], { ...user, encoding: 'utf8' });
    expect(stdout, stderr).toMatch(/"file":"closed".*cannot be listed/);
    expect(stdout).toMatch(/"file":"c\.py","message":"It cannot be read \(EACCES\)/);
    expect(stdout).toMatch(/^2 .*closed may not be read/m);
  });
});

describe('openWorkspace refuses', () => {
  it.each([
    ['a path that is not there', 'nowhere', /There is no/],
    ['a file', 'a.py', /is a file, not a folder/],
    ['a path below a file', 'a.py/b', /There is no/],
    ['a loop of links', 'loop', /loop/],
  ])('%s', (_, name, message) => {
    const root = makeProject({ 'a.py': '' });
    symlinkSync('loop', join(root, 'loop'));
    expect(() => openWorkspace(join(root, name))).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(message),
        next: expect.stringContaining('fix-backend'),
      }),
    );
  });
});

describe('notEditable', () => {
  it('names symbolic links, hard links and paths outside, for planning', () => {
    const root = makeProject({ 'a.py': '', 'b.py': '', "it's.py": '' });
    symlinkSync('a.py', join(root, 'link.py'));
    linkSync(join(root, 'b.py'), join(root, 'c.py'));
    const found = notEditable(root, ['link.py', 'b.py', '../x.py', '.git/config', 'a.py']);
    expect(found.map(({ file, message }) => [file, message])).toEqual([
      ['link.py', expect.stringMatching(/symbolic link/)],
      ['b.py', expect.stringMatching(/2 hard links/)],
      ['../x.py', expect.stringMatching(/leads out/)],
      ['.git/config', expect.stringMatching(/not part/)],
    ]);
  });

  it('has nothing against ordinary files, and new files in new folders', () => {
    const root = makeProject({ 'a.py': '' });
    expect(notEditable(root, ['a.py', 'new/folder/__init__.py'])).toEqual([]);
  });
});
