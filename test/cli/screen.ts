/** Runs the program on a pseudo-terminal and reads what a person would see on the screen. */
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { type Lab, plainEnv } from './program.ts';

export interface Screen {
  /** Everything on the screen and in its scrollback, without trailing space. */
  text(): string;
  /** Waits until the text is there, `times` times; rejects with the screen where the program ends first. */
  until(text: string, times?: number): Promise<void>;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  kill(signal: string): void;
  /** Waits for the end and returns the exit code. */
  end(): Promise<number>;
  cursorIsShown(): boolean;
  /** Everything that was written, with its escape sequences. */
  raw(): string;
}

export function screen(
  lab: Lab,
  args: string[],
  options: { cwd: string; columns?: number; env?: Record<string, string> },
): Screen {
  const cols = options.columns ?? 100;
  const terminal = new xterm.Terminal({ cols, rows: 30, scrollback: 5000, allowProposedApi: true });
  const child = pty.spawn(process.execPath, [lab.program, ...args], {
    cols,
    rows: 30,
    cwd: options.cwd,
    env: plainEnv({ TERM: 'xterm-256color', ...options.env }),
  });
  let raw = '';
  let ended: number | undefined;
  let written = Promise.resolve();
  child.onData((data) => {
    raw += data;
    written = new Promise((done) => terminal.write(data, done));
  });
  const exit = new Promise<number>((done) =>
    child.onExit(({ exitCode }) => {
      ended = exitCode;
      done(exitCode);
    }),
  );
  const text = () => {
    const { buffer } = terminal;
    const lines = Array.from({ length: buffer.active.length }, (_, y) =>
      buffer.active.getLine(y)?.translateToString(true),
    );
    return lines.join('\n').trimEnd();
  };
  const until = async (wanted: string, times = 1) => {
    for (;;) {
      await written;
      const plain = text();
      if (plain.split(wanted).length > times) return;
      if (ended !== undefined) throw new Error(`ended with ${ended} before "${wanted}":\n${plain}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  return {
    text,
    until,
    type: (keys) => child.write(keys),
    resize(columns, rows) {
      child.resize(columns, rows);
      terminal.resize(columns, rows);
    },
    kill: (signal) => child.kill(signal),
    async end() {
      const code = await exit;
      await written;
      return code;
    },
    cursorIsShown: () => raw.lastIndexOf('\x1b[?25h') >= raw.lastIndexOf('\x1b[?25l'),
    raw: () => raw,
  };
}
