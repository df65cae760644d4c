import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTransform, loadTransforms, transformIds, transformsFolder } from '../load-transforms.ts';
import { matchesId, nearest } from '../plan/id-patterns.ts';
import { readSamples } from '../samples/read-samples.ts';
import { changes, type Sample } from '../samples/sample.ts';
import { fileText } from '../show/finding-text.ts';
import { indented, type Layout } from '../show/layout.ts';
import { fileView, safetyWord } from '../show/view.ts';
import { paint } from '../terminal/paint.ts';
import { FixBackendError } from '../types.ts';
import type { Context } from './context.ts';

/** Prints the page of one transform, or the list of those that are meant. Throws FixBackendError (2) where an id means none. */
export async function explain(id: string | undefined, { terminal }: Context): Promise<number> {
  const ids = meantBy(id, transformIds());
  const [only] = ids;
  terminal.result(only && ids.length === 1 ? await page(only, terminal.layout) : await list(ids));
  return 0;
}

/** One id by its whole name or its last part; else all that a beginning of either, or a glob, means. */
function meantBy(typed: string | undefined, ids: readonly string[]): readonly string[] {
  if (typed === undefined) return ids;
  const exact = ids.find((id) => id === typed || id.endsWith(`/${typed}`));
  if (exact) return [exact];
  const meant = ids.filter((id) => matchesId(typed, id) || id.includes(`/${typed}`));
  if (meant.length > 0) return meant;
  const near = nearest(typed, ids);
  throw new FixBackendError(`there is no transform ${typed}.`, {
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
    ...sampleText(firstSample(id), layout),
    '',
    `Leave it out:  fix-backend --skip ${id}`,
  ].join('\n');
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
