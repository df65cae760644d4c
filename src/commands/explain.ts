import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { explainLog } from '../explain/explanation.ts';
import { readLogFile, readStandardInput } from '../explain/read-input.ts';
import { loadTransform, loadTransforms, transformIds, transformsFolder } from '../load-transforms.ts';
import { matchesId, nearest } from '../plan/id-patterns.ts';
import { readSamples } from '../samples/read-samples.ts';
import { changes, type Sample } from '../samples/sample.ts';
import { fileText } from '../show/finding-text.ts';
import { indented, type Layout } from '../show/layout.ts';
import { readablePattern } from '../show/readable-pattern.ts';
import { fileView, safetyWord } from '../show/view.ts';
import { paint } from '../terminal/paint.ts';
import { FixBackendError } from '../types.ts';
import type { Context } from './context.ts';

/**
 * Prints the page of one transform, the list of those that are meant, or what an error log comes from: `typed` is an id, a file,
 * or `-`; without it, a log that comes by standard input. Throws FixBackendError (2) where it means nothing. Exit 1 where no
 * transform explains the log.
 */
export async function explain(typed: string | undefined, context: Context): Promise<number> {
  const { terminal } = context;
  const ids = transformIds();
  const log = await logFor(typed, ids, context);
  if (log !== undefined) {
    const { text, explained } = explainLog(log, await loadTransforms(), terminal.layout);
    terminal.result(text);
    return explained ? 0 : 1;
  }
  const meant = meantBy(typed, ids);
  const [only] = meant;
  terminal.result(only && meant.length === 1 ? await page(only, terminal.layout) : await list(meant));
  return 0;
}

/** How long a log by standard input may stay silent: nothing may be coming at all, and one that is followed does not end. */
const PATIENCE = { first: 3000, next: 5000 };

/** The log that is to be explained; undefined where an id or a list is meant. */
async function logFor(
  typed: string | undefined,
  ids: readonly string[],
  { host }: Context,
): Promise<string | undefined> {
  if (typed === '-')
    return (await readStandardInput(host.stdin, { first: 2 ** 31 - 1, next: 2 ** 31 - 1 })) ?? '';
  if (typed !== undefined) {
    const isId = ids.some((id) => id === typed || id.endsWith(`/${typed}`));
    const path = resolve(host.absoluteCwd, typed);
    return !isId && isFile(path) ? readLogFile(path, typed) : undefined;
  }
  if (host.stdin.isTTY) return undefined;
  const log = await readStandardInput(host.stdin, PATIENCE);
  return log?.trim() ? log : undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** One id by its whole name or its last part; else all that a beginning of either, or a glob, means. */
function meantBy(typed: string | undefined, ids: readonly string[]): readonly string[] {
  if (typed === undefined) return ids;
  const exact = ids.find((id) => id === typed || id.endsWith(`/${typed}`));
  if (exact) return [exact];
  const meant = ids.filter((id) => matchesId(typed, id) || id.includes(`/${typed}`));
  if (meant.length > 0) return meant;
  const near = nearest(typed, ids);
  const noFile = /[\\/.]/.test(typed.replace(/^(python|settings|javascript)\//, ''))
    ? ', and no file of that name'
    : '';
  throw new FixBackendError(`there is no transform ${typed}${noFile}.`, {
    untouched: '',
    next: near ? `Did you mean:  fix-backend explain ${near}` : 'See the known ones:  fix-backend explain',
    exitCode: 2,
  });
}

async function list(ids: readonly string[]): Promise<string> {
  const transforms = (await loadTransforms()).filter(({ id }) => ids.includes(id));
  const width = Math.max(...ids.map((id) => id.length));
  return transforms
    .map(({ id, transform }) => `${paint('bold', id.padEnd(width))}  ${transform.title}`)
    .join('\n');
}

async function page(id: string, layout: Layout): Promise<string> {
  const { transform } = await loadTransform(id);
  const { safety } = transform;
  const word = safetyWord(safety);
  return [
    `${paint('bold', transform.title)}  ${paint('dim', id)}`,
    '',
    ...indented(transform.why, 0, layout.width),
    '',
    ...indented(
      typeof safety === 'object' ? `unsafe: ${safety.unsafe}` : `${word}: ${SAFETY[word]}`,
      0,
      layout.width,
    ),
    ...(transform.docs ? [`Source: ${transform.docs}`] : []),
    ...((transform.tasks ?? []).length > 0 ? [`Rows of the task list: ${transform.tasks?.join(', ')}`] : []),
    ...messageText(transform.fixes ?? [], layout),
    ...sampleText(firstSample(id), layout),
    '',
    `Only this one:  fix-backend --only ${id}`,
    `Leave it out:   fix-backend --skip ${id}`,
  ].join('\n');
}

/** The errors that a person may have searched for. */
function messageText(fixes: readonly RegExp[], layout: Layout): string[] {
  if (fixes.length === 0) return [];
  return [
    '',
    'Errors that it explains:',
    ...fixes.flatMap((fix) => indented(readablePattern(fix), 2, layout.width)),
  ];
}

const SAFETY = {
  safe: '--yes takes it; nothing but what is broken changes.',
  unsafe: '',
  report: 'only a person can decide this, so it is pointed out and never changed.',
  note: 'nothing is wrong; it is said so that nobody has to wonder.',
};

function firstSample(id: string): Sample | undefined {
  const file = join(transformsFolder(), id, 'samples.md');
  if (!existsSync(file)) return undefined;
  const samples = readSamples(file, readFileSync(file, 'utf8'));
  return samples.find(changes) ?? samples.find(({ finds }) => finds !== undefined);
}

function sampleText(sample: Sample | undefined, layout: Layout): string[] {
  if (!sample) return [];
  const files = sample.files.flatMap(({ path, before, after }) =>
    after === undefined ? [] : fileText(fileView({ path, before, after }, false), layout),
  );
  const unchanged = sample.files.flatMap(({ path, before }) => [
    `     ${paint('bold', path)}`,
    ...(before ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => `       ${line}`),
  ]);
  return ['', `For example: ${sample.title}`, ...(files.length > 0 ? files : unchanged)];
}
