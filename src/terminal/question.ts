import type { Host } from './host.ts';
import type { Terminal } from './terminal.ts';

/** Thrown where a person presses Ctrl-C at a question. Nothing was written by then. */
export class Interrupted extends Error {}

/** May we ask? Only where a person reads both streams and can type, and neither `CI` nor `--no-input` says otherwise. */
export function canAsk(host: Pick<Host, 'stdin' | 'stdout' | 'stderr' | 'env'>, input: boolean): boolean {
  const terminals = [host.stdin, host.stdout, host.stderr].every((stream) => stream.isTTY === true);
  const ci = host.env.CI;
  return input && terminals && (ci === undefined || ci === '' || ci === 'false' || ci === '0');
}

/** One letter that may be answered, and the words that mean it too. */
export interface Letter {
  letter: string;
  words: string[];
}

/**
 * Asks on standard error and returns a letter; Enter alone gives `initial`. Ctrl-D and Escape give `end`.
 * Throws Interrupted at Ctrl-C. The check that there is a terminal is the caller's.
 */
export async function question(
  text: string,
  choices: readonly Letter[],
  answers: { initial: string; end: string },
  terminal: Terminal,
  host: Pick<Host, 'stdin' | 'stderr'>,
): Promise<string> {
  const { default: prompts } = await import('prompts');
  let last: { name?: string; ctrl?: boolean } = {};
  const remember = (_: string, key: typeof last | undefined) => {
    last = key ?? {};
  };
  host.stdin.on('keypress', remember);
  try {
    const { answer } = await prompts({
      type: 'text',
      name: 'answer',
      message: terminal.forPrompt(text),
      initial: answers.initial,
      validate: (typed: string) =>
        letterOf(typed, choices) !== undefined || `Type one of ${letters(choices)}`,
      stdin: host.stdin,
      stdout: terminal.promptStream(host.stderr),
    });
    if (typeof answer === 'string') return letterOf(answer, choices) ?? answers.end;
    if (last.ctrl && last.name === 'c') throw new Interrupted();
    return answers.end;
  } finally {
    host.stdin.off('keypress', remember);
  }
}

function letterOf(typed: string, choices: readonly Letter[]): string | undefined {
  const word = typed.trim().toLowerCase();
  return choices.find(({ letter, words }) => letter === word || words.includes(word))?.letter;
}

function letters(choices: readonly Letter[]): string {
  return choices.map(({ letter }) => letter).join(' ');
}
