import { describe, expect, test } from 'vitest';
import { paint } from '../../src/terminal/paint.ts';
import { Terminal } from '../../src/terminal/terminal.ts';

function collected(options: { colour?: 'always' | 'never'; showSecrets?: boolean; isTTY?: boolean } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (into: string[]) => ({
    isTTY: options.isTTY ?? false,
    columns: 80,
    write: (chunk: string | Uint8Array) =>
      into.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()),
  });
  const terminal = new Terminal(
    { stdout: stream(out), stderr: stream(err) },
    {},
    { colour: options.colour ?? 'never', showSecrets: options.showSecrets ?? false },
  );
  return { terminal, out: () => out.join(''), err: () => err.join('') };
}

const URL = 'postgresql://app:hunter2secret@db/app';

describe('whatever leaves the program', () => {
  test('results go to standard output, the rest to standard error', () => {
    const { terminal, out, err } = collected();
    terminal.result('a diff');
    terminal.say('a remark');
    terminal.progress({ stage: 'verify', text: 'server', state: 'fail' });
    expect(out()).toBe('a diff\n');
    expect(err()).toBe('a remark\n  ✗ verify server\n');
  });

  test.each(['result', 'say'] as const)('%s hides a secret', (how) => {
    const { terminal, out, err } = collected();
    terminal[how](`see ${URL}`);
    expect(out() + err()).toBe('see postgresql://app:***@db/app\n');
  });

  test('a secret is shown when it is asked for', () => {
    const { terminal, out } = collected({ showSecrets: true });
    terminal.result(URL);
    expect(out()).toBe(`${URL}\n`);
  });

  test('a secret in two colours is hidden as well, and its line loses them', () => {
    const { terminal, out } = collected({ colour: 'always' });
    terminal.result(
      `${paint('green', 'fine')}\n${paint('red', `postgresql://app:hunter2${paint('inverse', 'secret')}@db/app`)}`,
    );
    expect(out()).toBe('\x1b[0;32mfine\x1b[0m\npostgresql://app:***@db/app\n');
  });

  test('an escape sequence of a file name is shown, not obeyed', () => {
    const { terminal, out } = collected({ colour: 'always' });
    terminal.result(paint('red', 'a\x1b[2Jb\u202e.py'));
    expect(out()).toBe('\x1b[0;31ma\\x1b[2Jb<U+202E>.py\x1b[0m\n');
  });

  test('colours nest', () => {
    const { terminal, out } = collected({ colour: 'always' });
    terminal.result(paint('red', `a${paint('inverse', 'b')}c`));
    expect(out()).toBe('\x1b[0;31ma\x1b[0;31;7mb\x1b[0;31mc\x1b[0m\n');
  });

  test('bytes reach a pipe as they are, and a terminal as text', () => {
    const bytes = Buffer.from('+\xe9\x1b[2J\n', 'latin1');
    const pipe = collected();
    pipe.terminal.bytes(bytes);
    expect(pipe.out()).toBe(bytes.toString());
    const screen = collected({ isTTY: true });
    screen.terminal.bytes(Buffer.from('+\x1b[2J\n'));
    expect(screen.out()).not.toContain('\x1b[2J');
  });
});

test('what is done within a second is not spoken of', () => {
  const { terminal, err } = collected({ isTTY: true });
  terminal.progress({ stage: 'reading', text: '.', state: 'start' });
  terminal.progress({ stage: 'reading', text: '.', state: 'done' });
  expect(err()).toBe('');
});
