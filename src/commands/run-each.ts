import { asJson, SCHEMA_VERSION } from '../show/json.ts';
import { paint } from '../terminal/paint.ts';
import { Interrupted } from '../terminal/question.ts';
import { FixBackendError } from '../types.ts';
import type { Context } from './context.ts';
import { sayError } from './errors.ts';
import type { CommonOptions } from './options.ts';

/** How one path ended: its exit code, half a sentence for the table, and its part of the JSON output. */
export interface Outcome {
  code: number;
  summary: string;
  json: object;
}

/**
 * Takes paths one after the other; a failing one does not stop the rest. Prints one JSON object for all of them, or a
 * table where there are several. Returns the exit code of the worst.
 */
export async function runEach(
  paths: readonly string[],
  options: CommonOptions & { format: string },
  context: Context,
  runOne: (path: string) => Promise<Outcome>,
): Promise<number> {
  const outcomes: (Outcome & { path: string })[] = [];
  for (const path of paths.length > 0 ? paths : ['.']) {
    outcomes.push({ path, ...(await guarded(path, paths.length, options, context, runOne)) });
  }
  const exitCode = Math.max(...outcomes.map(({ code }) => code));
  if (options.format === 'json') {
    const projects = outcomes.map(({ path, code, json }) => ({ path, exitCode: code, ...json }));
    context.terminal.raw(asJson({ schemaVersion: SCHEMA_VERSION, exitCode, projects }, options.showSecrets));
  } else if (outcomes.length > 1) {
    const table = outcomes.map((outcome) =>
      row(outcome, Math.max(...outcomes.map(({ path }) => path.length))),
    );
    if (options.format === 'patch') context.terminal.say(`\n${table.join('\n')}`);
    else context.terminal.result(`\n${table.join('\n')}`);
  }
  return exitCode;
}

async function guarded(
  path: string,
  total: number,
  options: CommonOptions,
  context: Context,
  runOne: (path: string) => Promise<Outcome>,
): Promise<Outcome> {
  if (total > 1) context.terminal.say(paint('bold', `\n${path}`));
  context.session.begin();
  try {
    return await runOne(path);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const code = sayError(error, context, options.debug);
    return { code, summary: 'failed', json: { error: errorJson(error) } };
  }
}

function errorJson(error: unknown): object {
  if (error instanceof FixBackendError) {
    return { message: error.message, untouched: error.untouched, next: error.next };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

function row({ path, code, summary }: Outcome & { path: string }, width: number): string {
  const word =
    code === 0 ? paint('green', 'ok    ') : code === 1 ? paint('yellow', 'left  ') : paint('red', 'failed');
  return `${path.padEnd(width)}  ${word}  ${summary} (exit ${code})`;
}
