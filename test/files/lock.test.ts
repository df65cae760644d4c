import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFileLock, withLock } from '../../src/files/lock.ts';
import { makeProject } from './project.ts';

describe.each([
  ['the lock of this system', withLock],
  ['the file lock', withFileLock],
])('%s', (_, lock) => {
  it('lets one in at a time, and the next when the first is done or failed', async () => {
    const root = makeProject({});
    let open = (): void => {};
    const first = lock(root, () => new Promise<void>((done) => (open = done)));
    await expect(lock(root, () => 2)).rejects.toMatchObject({ exitCode: 3, message: /Another fix-backend/ });
    open();
    await first;
    await expect(lock(root, () => Promise.reject(new Error('inside')))).rejects.toThrow('inside');
    expect(await lock(root, () => 3)).toBe(3);
  });

  it('does not keep another project out', async () => {
    const inner = () => lock(makeProject({}), () => 1);
    expect(await lock(makeProject({}), inner)).toBe(1);
  });
});

describe('the file lock', () => {
  it('is never taken over: the one that a crash left is named, with the command that removes it', async () => {
    const root = makeProject({});
    const path = join(root, '.fix-backend.lock');
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, boot: 0 }));
    await expect(withFileLock(root, () => 1)).rejects.toMatchObject({
      exitCode: 3,
      next: expect.stringContaining(path),
    });
    expect(existsSync(path)).toBe(true);
  });

  it('that is still being written counts as held', async () => {
    const root = makeProject({});
    writeFileSync(join(root, '.fix-backend.lock'), '');
    await expect(withFileLock(root, () => 1)).rejects.toMatchObject({ message: /Another fix-backend/ });
  });
});
