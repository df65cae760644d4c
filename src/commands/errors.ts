import { paint } from '../terminal/paint.ts';
import { FixBackendError } from '../types.ts';
import type { Context } from './context.ts';

/** Says what is wrong, what was not changed, and what to type next. Returns the exit code. */
export function sayError(
  error: unknown,
  context: Pick<Context, 'terminal' | 'session'>,
  debug: boolean,
): number {
  const known = error instanceof FixBackendError ? error : unexpected(error);
  const { untouched } = context.session.afterWriting ?? known;
  const undo = context.session.afterWriting?.next;
  const lines = [
    `${paint('red', 'fix-backend:')} ${known.message}`,
    ...(untouched ? [untouched] : []),
    known.next,
    ...(undo ? [undo] : []),
    ...(debug && error instanceof Error ? [paint('dim', error.stack ?? '')] : []),
  ];
  context.terminal.say(lines.join('\n'));
  return known.exitCode;
}

function unexpected(error: unknown): FixBackendError {
  if (error instanceof Error && 'syscall' in error) {
    return new FixBackendError(`the system refuses: ${error.message}`, {
      untouched: 'A run that was writing is taken back by the next command.',
      next: 'Free space or give permission there, and run the same command again.',
      exitCode: 3,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new FixBackendError(`a defect of fix-backend: ${reason}`, {
    untouched: 'A run that was writing is taken back by the next command.',
    next: 'Please report it, with what the same command says after adding --debug.',
    exitCode: 3,
  });
}
