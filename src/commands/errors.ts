import { paint } from '../terminal/paint.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { FixBackendError } from '../types.ts';

/** Says what is wrong, what was not changed, and what to type next. Returns the exit code. */
export function sayError(error: unknown, terminal: Terminal, debug: boolean): number {
  const known = error instanceof FixBackendError ? error : unexpected(error);
  const lines = [
    `${paint('red', 'fix-backend:')} ${known.message}`,
    ...(known.untouched ? [known.untouched] : []),
    known.next,
    ...(debug && error instanceof Error ? [paint('dim', error.stack ?? '')] : []),
  ];
  terminal.say(lines.join('\n'));
  return known.exitCode;
}

function unexpected(error: unknown): FixBackendError {
  const reason = error instanceof Error ? error.message : String(error);
  return new FixBackendError(`a defect of fix-backend: ${reason}`, {
    untouched: 'A run that was writing is taken back by the next command.',
    next: 'Please report it, with what the same command says after adding --debug.',
    exitCode: 3,
  });
}
