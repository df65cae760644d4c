import { existsSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder } from '../../src/files/folder.ts';
import { makeProject } from './project.ts';

describe('inFolder', () => {
  it('reaches a nested folder and its entries', () => {
    const root = makeProject({ 'a/b/c.py': '' });
    expect(inFolder(root, 'a/b', (held) => held.list())).toEqual(['c.py']);
    expect(inFolder(root, '', (held) => held.list())).toEqual(['a']);
  });

  it.runIf(existsSync('/proc/self/fd'))('stays in the folder that it opened when somebody swaps it', () => {
    const root = makeProject({ 'a/b/c.py': '' });
    const outside = makeProject({});
    inFolder(root, 'a/b', (held) => {
      renameSync(join(root, 'a/b'), join(root, 'a/moved'));
      symlinkSync(outside, join(root, 'a/b'));
      writeFileSync(held.at('new.py'), '');
    });
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(join(root, 'a/moved'))).toEqual(['c.py', 'new.py']);
  });

  it.each(['link', 'link/below', 'a/loop', 'file.py'])('refuses %s', (folder) => {
    const root = makeProject({ 'a/b.py': '', 'file.py': '' });
    symlinkSync(makeProject({ 'below/x.py': '' }), join(root, 'link'));
    symlinkSync('loop', join(root, 'a/loop'));
    expect(() => inFolder(root, folder, () => 'reached')).toThrow(expect.objectContaining({ exitCode: 4 }));
  });

  it.each(['..', 'a/../..', '/', '/etc', 'a/.', '.'])('refuses the path %s', (folder) => {
    const root = makeProject({ 'a/b.py': '' });
    expect(() => inFolder(root, folder, () => 'reached')).toThrow(/leads out of the project/);
  });

  it.each(['..', '../x', 'b/c', '', '.'])('refuses the entry %j', (name) => {
    const root = makeProject({ 'a/b.py': '' });
    expect(() => inFolder(root, 'a', (held) => held.at(name))).toThrow();
  });

  it('says that a folder is not there as the system does', () => {
    expect(() => inFolder(makeProject({}), 'nowhere', () => 1)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});
