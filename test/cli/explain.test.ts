import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lab } from './program.ts';
import { screen } from './screen.ts';

const here = lab();

const LOG = `ERROR:    Traceback (most recent call last):
  File "/app/main.py", line 2, in <module>
    from oldpkg import thing
kitchen.OldPackageError: postgresql://app:hunter2secret@db/app is cold
`;

test('a log by standard input is explained; what no transform knows is quoted without its secrets, and the code is 1', async () => {
  const { code, out } = await here.run(['explain'], { stdin: LOG });
  expect(code).toBe(1);
  expect(out).toContain('kitchen.OldPackageError');
  expect(out).toContain('/app/main.py, line 2');
  expect(out).not.toContain('hunter2secret');
});

test('a file is explained as well, and - waits for the end of standard input', async () => {
  const file = join(here.project(), 'error.log');
  writeFileSync(file, LOG);
  expect((await here.run(['explain', file])).out).toContain('kitchen.OldPackageError');
  expect((await here.run(['explain', '-'], { stdin: LOG })).out).toContain('kitchen.OldPackageError');
});

test('standard input that stays open and silent ends with the list', async () => {
  const { code, out } = await here.run(['explain'], { stdin: 'open' });
  expect(code).toBe(0);
  expect(out).toContain('settings/require-newpkg');
});

test('on a terminal it lists the transforms at once', async () => {
  const seen = screen(here, ['explain'], { cwd: here.project() });
  expect(await seen.end()).toBe(0);
  expect(seen.text()).toContain('settings/require-newpkg');
});

test('a name that is neither a file nor an id is said to be neither', async () => {
  const { code, err } = await here.run(['explain', './missing.log']);
  expect(code).toBe(2);
  expect(err).toContain('no file of that name');
});
