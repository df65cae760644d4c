import { apply } from '../../src/stages/apply.ts';
import { recover } from '../../src/stages/recover.ts';
import { redo, undo } from '../../src/stages/undo.ts';
import { FixBackendError, type Plan } from '../../src/types.ts';

/**
 * The program that the crash harness kills and starves: `apply PLAN` (as JSON), `recover ROOT`, `undo ROOT`, `redo ROOT`.
 * Silent where it works; else the error goes to standard error and its exit code is the program's.
 */
async function main([action, argument = '']: string[]): Promise<unknown> {
  if (action === 'apply') return apply(JSON.parse(argument) as Plan);
  if (action === 'undo') return undo(argument);
  if (action === 'redo') return redo(argument);
  return recover(argument);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof FixBackendError;
  console.error(known ? `${error.message}\n${error.untouched}\n${error.next}` : error);
  process.exitCode = known ? error.exitCode : 70;
});
