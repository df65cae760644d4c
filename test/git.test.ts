import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openWorkspace } from '../src/files/open-workspace.ts';
import { dirtyFiles, isInsideRepository, listFiles } from '../src/git.ts';
import { makeProject } from './files/project.ts';

const identity = [
  '-c',
  'user.name=t',
  '-c',
  'user.email=t@example.invalid',
  '-c',
  'protocol.file.allow=always',
];

function git(root: string, ...args: string[]): string {
  return execFileSync('git', [...identity, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function makeRepository(files: Record<string, string>): string {
  const root = makeProject(files);
  git(root, 'init', '-q');
  git(root, 'add', '-A');
  git(root, 'commit', '-qm', 'first');
  return root;
}

afterEach(() => vi.unstubAllEnvs());

describe('listFiles', () => {
  it('lists tracked and new files, not ignored ones, relative to the folder', () => {
    const root = makeRepository({ 'a.py': '', 'sub/b.py': '', '.gitignore': '*.log\n' });
    writeFileSync(join(root, 'sub/new ü\n.py'), '');
    writeFileSync(join(root, 'sub/x.log'), '');
    expect(listFiles(root)?.sort()).toEqual(['.gitignore', 'a.py', 'sub/b.py', 'sub/new ü\n.py']);
    expect(listFiles(join(root, 'sub'))?.sort()).toEqual(['b.py', 'new ü\n.py']);
  });

  it('says nothing outside a repository, in an ignored folder, with a broken repository, and without git', () => {
    const root = makeRepository({ 'a.py': '', '.gitignore': 'out/\n' });
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'out/x.py'), '');
    expect(listFiles(join(root, 'out'))).toBeUndefined();
    expect(listFiles(makeProject({ 'a.py': '' }))).toBeUndefined();
    vi.stubEnv('PATH', '/nonexistent');
    expect(listFiles(root)).toBeUndefined();
    expect(isInsideRepository(root)).toBe(false);
    vi.unstubAllEnvs();
    writeFileSync(join(root, '.git/index'), 'rubbish');
    expect(listFiles(root)).toBeUndefined();
  });

  it('works in a linked working tree', () => {
    const root = makeRepository({ 'a.py': '' });
    const linked = join(makeProject({}), 'linked');
    git(root, 'worktree', 'add', '-q', linked);
    expect(listFiles(linked)).toEqual(['a.py']);
    writeFileSync(join(linked, 'a.py'), 'x');
    expect(dirtyFiles(linked)).toEqual(['a.py']);
    expect(dirtyFiles(root)).toEqual([]);
  });

  it('is not led elsewhere by the environment', () => {
    const root = makeRepository({ 'a.py': '' });
    vi.stubEnv('GIT_DIR', join(makeRepository({ 'other.py': '' }), '.git'));
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'core.excludesFile');
    vi.stubEnv('GIT_CONFIG_VALUE_0', join(root, 'a.py'));
    expect(listFiles(root)).toEqual(['a.py']);
  });
});

describe('dirtyFiles', () => {
  it('names changed, deleted and staged files', () => {
    const root = makeRepository({
      'clean.py': '1',
      'changed.py': '1',
      'deleted.py': '1',
      'sub/staged.py': '1',
    });
    writeFileSync(join(root, 'changed.py'), '2');
    rmSync(join(root, 'deleted.py'));
    writeFileSync(join(root, 'sub/staged.py'), '2');
    writeFileSync(join(root, 'added.py'), '1');
    git(root, 'add', 'sub/staged.py', 'added.py');
    expect(dirtyFiles(root).sort()).toEqual(['added.py', 'changed.py', 'deleted.py', 'sub/staged.py']);
    expect(dirtyFiles(join(root, 'sub'))).toEqual(['staged.py']);
    expect(dirtyFiles(root, ['clean.py', 'changed.py'])).toEqual(['changed.py']);
  });

  it('names a file that was removed from the index, and every file before the first commit', () => {
    const root = makeRepository({ 'a.py': '1' });
    git(root, 'rm', '-q', '--cached', 'a.py');
    expect(dirtyFiles(root)).toEqual(['a.py']);
    const fresh = makeProject({ 'a.py': '1' });
    git(fresh, 'init', '-q');
    git(fresh, 'add', '-A');
    expect(dirtyFiles(fresh)).toEqual(['a.py']);
  });

  it('leaves out untracked and ignored files, other permission bits, touched files, and folders without git', () => {
    const root = makeRepository({ 'a.py': '1', '.gitignore': '.env\n' });
    writeFileSync(join(root, 'new.py'), '');
    writeFileSync(join(root, '.env'), '');
    chmodSync(join(root, 'a.py'), 0o700);
    utimesSync(join(root, 'a.py'), 1, 1);
    expect(dirtyFiles(root)).toEqual([]);
    expect(dirtyFiles(makeProject({ 'a.py': '' }))).toEqual([]);
  });

  it('counts a link to elsewhere, not the line endings that autocrlf changes', () => {
    const root = makeRepository({ 'a.py': '1\n', 'b.py': '' });
    symlinkSync('a.py', join(root, 'link'));
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'link');
    writeFileSync(join(root, 'a.py'), '1\r\n');
    expect(dirtyFiles(root)).toEqual([]);
    rmSync(join(root, 'link'));
    symlinkSync('b.py', join(root, 'link'));
    expect(dirtyFiles(root)).toEqual(['link']);
  });
});

/** A repository whose every way to start a program leaves a file behind. */
function makePoisoned(): { root: string; traps: string } {
  const traps = makeProject({});
  const root = makeRepository({
    'a.py': '1',
    'sub/b.py': '1',
    '.gitattributes': '* filter=evil diff=evil\n',
  });
  const trap = (name: string) => `touch ${join(traps, name)}; cat`;
  for (const [key, name] of [
    ['core.fsmonitor', 'fsmonitor'],
    ['filter.evil.clean', 'clean'],
    ['filter.evil.smudge', 'smudge'],
    ['filter.evil.process', 'process'],
    ['diff.evil.textconv', 'textconv'],
    ['diff.external', 'external'],
    ['core.pager', 'pager'],
    ['pager.ls-files', 'pager'],
    ['core.sshCommand', 'ssh'],
    ['core.editor', 'editor'],
    ['alias.ls-files', 'alias'],
    ['credential.helper', 'credential'],
  ] as const) {
    git(root, 'config', key, key.startsWith('alias') ? `!${trap(name)}` : trap(name));
  }
  const hooks = join(root, '.git/hooks');
  for (const hook of ['post-index-change', 'fsmonitor-watchman', 'post-checkout', 'reference-transaction']) {
    writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${join(traps, hook)}\n`, { mode: 0o755 });
  }
  git(root, 'config', 'core.hooksPath', hooks);
  const bare = join(root, 'bare');
  execFileSync('git', ['init', '-q', '--bare', bare]);
  execFileSync('git', ['-C', bare, 'config', 'core.fsmonitor', trap('bare')]);
  execFileSync('git', ['-C', bare, 'config', 'core.worktree', '..']);
  execFileSync('git', ['-C', bare, 'config', 'core.bare', 'false']);
  // Same size, another time: only running `clean` could tell git whether it changed.
  writeFileSync(join(root, 'a.py'), '2');
  return { root, traps };
}

describe('in a poisoned repository', () => {
  it('nothing is executed', () => {
    const { root, traps } = makePoisoned();
    rmSync(traps, { recursive: true });
    mkdirSync(traps);
    expect(isInsideRepository(root)).toBe(true);
    expect(listFiles(root)).toContain('a.py');
    expect(dirtyFiles(root)).toEqual(['a.py']);
    expect(listFiles(join(root, 'bare'))).toBeDefined();
    expect(dirtyFiles(join(root, 'bare'))).toEqual([]);
    expect(openWorkspace(root).workspace.has('sub/b.py')).toBe(true);
    expect(execFileSync('ls', [traps], { encoding: 'utf8' })).toBe('');
  });

  it('the traps work: plain git status springs them', () => {
    const { root, traps } = makePoisoned();
    git(root, 'status');
    expect(existsSync(join(traps, 'fsmonitor'))).toBe(true);
  });

  it('no program is fetched for objects that a partial clone lacks', () => {
    const origin = makeRepository({ 'sub/a.py': '1' });
    const traps = makeProject({});
    git(origin, 'config', 'uploadpack.allowFilter', 'true');
    const clone = join(traps, 'clone');
    execFileSync('git', [
      ...identity,
      'clone',
      '-q',
      '--filter=tree:0',
      '--no-checkout',
      `file://${origin}`,
      clone,
    ]);
    git(clone, 'config', 'remote.origin.uploadpack', `touch ${join(traps, 'sprung')}; git-upload-pack`);
    git(clone, 'config', 'protocol.allow', 'always');
    expect(dirtyFiles(clone)).toEqual([]);
    expect(existsSync(join(traps, 'sprung'))).toBe(false);
    execFileSync('git', ['-C', clone, ...identity, 'ls-tree', '-r', 'HEAD']);
    expect(existsSync(join(traps, 'sprung'))).toBe(true);
  });

  it('a program called git in the repository is not run, also with a relative PATH', () => {
    const root = makeRepository({ 'a.py': '' });
    writeFileSync(join(root, 'git'), `#!/bin/sh\ntouch ${join(root, 'sprung')}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `.:${process.env.PATH}`);
    expect(listFiles(root)).toContain('a.py');
    expect(existsSync(join(root, 'sprung'))).toBe(false);
  });
});
