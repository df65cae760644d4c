import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BROKEN, contents, lab, REPAIRED } from './program.ts';
import { type Screen, screen } from './screen.ts';

const here = lab();
const QUESTION = 'Take it?';
const ENTER = '\r';

function start(
  options: {
    args?: string[];
    columns?: number;
    files?: Record<string, string>;
    env?: Record<string, string>;
  } = {},
) {
  const root = here.project(options.files ?? BROKEN);
  const { columns, env } = options;
  const args = ['--verify=none', ...(options.args ?? [])];
  const seen = screen(here, args, { cwd: root, ...(columns ? { columns } : {}), ...(env ? { env } : {}) });
  return { root, seen };
}

/** Answers one question after the other. */
async function answer(seen: Screen, ...letters: string[]): Promise<void> {
  for (const [index, letter] of letters.entries()) {
    await seen.until(QUESTION, index + 1);
    seen.type(letter + ENTER);
  }
}

describe('answers', () => {
  test('y takes one after the other, then the unsafe one is asked for with what may change', async () => {
    const { root, seen } = start();
    await answer(seen, 'y', 'y', 'y');
    expect(await seen.end()).toBe(0);
    expect(contents(root)).toEqual({ ...REPAIRED, '.env': BROKEN['.env']?.replace('POOL=5', 'POOL=10') });
    const text = seen.text();
    expect(text).toContain('1/3  safe    Import from newpkg');
    expect(text).toContain('3/3  unsafe  Raise the pool');
    expect(text).toContain('May change: more connections are opened');
    expect(text).toContain('3 repairs in 3 files written.');
  });

  test('Enter takes a safe one and leaves an unsafe one', async () => {
    const { root, seen } = start();
    await answer(seen, '', '', '');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('n leaves one, and what needs it falls with it and is named', async () => {
    const { root, seen } = start();
    await answer(seen, 'y', 'n', 'n');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(BROKEN);
    expect(seen.text()).toContain('1 other cannot do without it and falls with it');
    expect(seen.text()).toMatch(/falls with it.*\n +Import from newpkg/);
  });

  test('a takes the rest of the safe ones, and still asks about the unsafe one', async () => {
    const { root, seen } = start();
    await answer(seen, 'a', 'n');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('d leaves this one and the rest, and keeps what was taken', async () => {
    const files = {
      ...BROKEN,
      'a.py': 'import oldpkg  # fastapi\n',
      'requirements.txt': 'fastapi\nsqlalchemy\n',
    };
    const { root, seen } = start({ files });
    await answer(seen, 'y', 'd');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual({ ...files, 'a.py': 'import newpkg  # fastapi\n' });
  });

  test('q writes nothing, whatever was taken', async () => {
    const { root, seen } = start();
    await answer(seen, 'y', 'q');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(BROKEN);
    expect(seen.text()).toContain('Nothing was written.');
  });

  test('u goes back to the one before', async () => {
    const { root, seen } = start();
    await answer(seen, 'u', 'y', 'n', 'u', 'y', 'n');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(REPAIRED);
    expect(seen.text()).toContain('There is none before this one.');
  });

  test('? explains each letter and asks again', async () => {
    const { root, seen } = start();
    await answer(seen, '?', 'q');
    expect(await seen.end()).toBe(1);
    for (const meaning of [
      'take it (Enter does this)',
      'leave it',
      'back to the one before',
      'quit; nothing is written',
    ]) {
      expect(seen.text()).toContain(meaning);
    }
    expect(contents(root)).toEqual(BROKEN);
  });

  test('another letter is not taken for an answer', async () => {
    const { root, seen } = start();
    await seen.until(QUESTION);
    seen.type(`x${ENTER}`);
    await seen.until('Type one of y n a d u q ?');
    seen.type('\x7fq\r');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(BROKEN);
  });

  test('--dry-run asks too, and writes nothing', async () => {
    const { root, seen } = start({ args: ['--dry-run'] });
    await answer(seen, 'a', 'n');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(BROKEN);
    expect(seen.text()).toContain('2 repairs in 2 files would be written. Nothing was.');
  });

  test('--yes does not ask', async () => {
    const { root, seen } = start({ args: ['--yes'] });
    expect(await seen.end()).toBe(1);
    expect(seen.text()).not.toContain(QUESTION);
    expect(contents(root)).toEqual(REPAIRED);
  });
});

describe('leaving', () => {
  test.each([
    ['Ctrl-C', '\x03', 130],
    ['Ctrl-D', '\x04', 1],
    ['Escape', '\x1b', 1],
  ])('%s writes nothing and gives the cursor back', async (_, keys, code) => {
    const { root, seen } = start();
    await answer(seen, 'y');
    await seen.until(QUESTION, 2);
    seen.type(keys);
    expect(await seen.end()).toBe(code);
    expect(seen.cursorIsShown()).toBe(true);
    expect(seen.text()).toContain('Nothing was written.');
    expect(contents(root)).toEqual(BROKEN);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ])('%s at a question writes nothing and gives the cursor back', async (signal, code) => {
    const { root, seen } = start();
    await seen.until(QUESTION);
    seen.kill(signal);
    expect(await seen.end()).toBe(code);
    expect(seen.cursorIsShown()).toBe(true);
    expect(contents(root)).toEqual(BROKEN);
  });
});

describe('the terminal', () => {
  test('a resize at a question does no harm', async () => {
    const { root, seen } = start();
    await seen.until(QUESTION);
    seen.resize(40, 12);
    seen.type('a\r');
    await seen.until(QUESTION, 2);
    seen.type('n\r');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('20 columns are enough', async () => {
    const { root, seen } = start({ columns: 20 });
    await seen.until('Take it?');
    seen.type('a\r');
    await seen.until('unsafe');
    await seen.until('Take it?', 2);
    seen.type('n\r');
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual(REPAIRED);
  });

  test('NO_COLOR takes the colours from the questions as well', async () => {
    const { seen } = start({ env: { NO_COLOR: '1' } });
    await answer(seen, 'q');
    await seen.end();
    expect(seen.raw()).not.toMatch(/\x1b\[[\d;]*m/);
  });

  test('there are colours otherwise', async () => {
    const { seen } = start();
    await answer(seen, 'q');
    await seen.end();
    expect(seen.raw()).toMatch(/\x1b\[[\d;]*m/);
  });

  test.each([{ args: ['--no-input'] }, { env: { CI: 'true' } }])(
    '%j means that nothing is asked',
    async (how) => {
      const { root, seen } = start(how);
      expect(await seen.end()).toBe(2);
      expect(seen.text()).not.toContain(QUESTION);
      expect(seen.text()).toContain('fix-backend --yes');
      expect(contents(root)).toEqual(BROKEN);
    },
  );
});

describe('a git tree with changes that are not committed', () => {
  function dirty() {
    const { root, seen } = (() => {
      const folder = here.project();
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], {
          cwd: folder,
        });
      git('init', '-q');
      git('add', '-A');
      git('commit', '-qm', 'first');
      writeFileSync(join(folder, 'README.md'), '# changed\n');
      return { root: folder, seen: screen(here, ['--verify=none'], { cwd: folder }) };
    })();
    return { root, seen };
  }

  test('is asked about after the findings, and left alone by default', async () => {
    const { root, seen } = dirty();
    await answer(seen, 'a', 'n');
    await seen.until('Write all the same?');
    seen.type(ENTER);
    expect(await seen.end()).toBe(2);
    expect(seen.text()).toContain('README.md');
    expect(contents(root)).toEqual({ ...BROKEN, 'README.md': '# changed\n' });
  });

  test('is written when the person says so', async () => {
    const { root, seen } = dirty();
    await answer(seen, 'a', 'n');
    await seen.until('Write all the same?');
    seen.type(`y${ENTER}`);
    expect(await seen.end()).toBe(1);
    expect(contents(root)).toEqual({ ...REPAIRED, 'README.md': '# changed\n' });
  });
});
