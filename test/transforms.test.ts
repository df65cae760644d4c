import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsesEverything } from '../src/commands/parses-everything.ts';
import { loadJavaScript } from '../src/languages/javascript/engine.ts';
import { loadPython } from '../src/languages/python/tree.ts';
import {
  type LoadedTransform,
  loadTransforms,
  transformIds,
  transformsFolder,
} from '../src/load-transforms.ts';
import { finalTexts } from '../src/plan/replay.ts';
import { readSamples } from '../src/samples/read-samples.ts';
import { REWRITES, type Rewrite } from '../src/samples/rewrite.ts';
import { changes, type Sample } from '../src/samples/sample.ts';
import { detect } from '../src/stages/detect.ts';
import { discover } from '../src/stages/discover.ts';
import { plan } from '../src/stages/plan.ts';
import { compileErrors, hasPython } from './samples/compiled.ts';
import { rewrittenFiles } from './samples/rewritable.ts';
import { filesOf, wantedOf, workspaceOf } from './samples/sample-files.ts';

// Which rewrites apply to which samples is known only with the parsers at hand, and decides which tests there are.
await loadPython();
await loadJavaScript();
const transforms = await loadTransforms();
const samples = new Map(transformIds().map((id) => [id, samplesOf(id)]));

/** Python that the rewriting and our repairs wrote; compiled at the end, all at once. */
const written = new Map<string, string>();

function samplesOf(id: string): Sample[] {
  const file = join(transformsFolder(), id, 'samples.md');
  return existsSync(file) ? readSamples(file, readFileSync(file, 'utf8')) : [];
}

function planned(files: Record<string, string>, transform: LoadedTransform) {
  const workspace = workspaceOf(files);
  const choice = { unsafe: true, only: [transform.id], skip: [], refused: new Set<string>() };
  const tools = { tool: 'test', discover, transforms: [transform], parses: parsesEverything };
  const result = plan(workspace, choice, tools);
  return { result, texts: Object.fromEntries(finalTexts(result, workspace)) };
}

/** What the findings and notes are about, without the file they are in: a re-export moves some of them. */
function subjects(files: Record<string, string>, transform: LoadedTransform): string[] {
  const { findings, notes } = detect(discover(workspaceOf(files)), [transform]);
  return [...new Set([...findings, ...notes].map(({ key }) => key.split(':').slice(2).join(':')))].sort();
}

function keepPython(name: string, texts: Record<string, string>): void {
  for (const [path, text] of Object.entries(texts))
    if (path.endsWith('.py')) written.set(`${name}: ${path}`, text);
}

function checkSample(transform: LoadedTransform, sample: Sample): void {
  const { result, texts } = planned(filesOf(sample), transform);
  expect(texts).toEqual(wantedOf(sample));
  const told = [...result.left.map(({ finding }) => finding), ...result.notes];
  if (sample.finds) expect(told.some(({ safety }) => safety === sample.finds)).toBe(true);
  else expect(told.map(({ message }) => message)).toEqual([]);
  const classes = result.steps.map(({ finding }) => (finding.safety === 'safe' ? 'safe' : 'unsafe'));
  if (sample.class) expect(new Set(classes)).toEqual(new Set([sample.class]));
  expect(result.converged).toBe(true);
  expect(planned({ ...filesOf(sample), ...texts }, transform).result.steps).toEqual([]);
  keepPython(`${transform.id}, ${sample.title}`, texts);
}

/** Another spelling gives the same findings, and a repair that compiles and holds. What only looks the same gives none of them. */
function checkRewritten(
  transform: LoadedTransform,
  sample: Sample,
  rewrite: Rewrite,
  changed: Record<string, string>,
): void {
  const before = subjects(filesOf(sample), transform);
  expect(before).not.toEqual([]);
  keepPython(`${transform.id}, ${sample.title}, ${rewrite}`, changed);
  const after = subjects(changed, transform);
  if (rewrite === 'shadowed') return expect(after.filter((each) => before.includes(each))).toEqual([]);
  expect(after).toEqual(before);
  const { texts, result } = planned(changed, transform);
  expect(result.converged).toBe(true);
  expect(result.steps.length > 0).toBe(changes(sample));
  expect(planned({ ...changed, ...texts }, transform).result.steps).toEqual([]);
  keepPython(`${transform.id}, ${sample.title}, ${rewrite}, repaired`, texts);
}

test('every transform has samples of both kinds', () => {
  const lacking = [...samples].filter(([, list]) => {
    const told = list.filter((sample) => changes(sample) || sample.finds);
    return told.length === 0 || told.length === list.length;
  });
  expect(lacking.map(([id]) => id)).toEqual([]);
});

test('a sample opts out of rewrites that there are', () => {
  const names: readonly string[] = REWRITES;
  const optOuts = [...samples.values()].flat().flatMap(({ notRewritten }) => notRewritten);
  expect(optOuts.filter(({ rewrite }) => !names.includes(rewrite))).toEqual([]);
});

const applied = new Map<Rewrite, number>();

for (const transform of transforms) {
  const own = samples.get(transform.id) ?? [];
  describe(transform.id, () => {
    test.each(own.map((sample) => [sample.title, sample] as const))('%s', (_title, sample) =>
      checkSample(transform, sample),
    );
    for (const [sample, rewrite] of own.flatMap((each) => REWRITES.map((one) => [each, one] as const))) {
      const changed = transform.language === 'javascript' ? undefined : rewrittenFiles(sample, rewrite);
      if (!changed) continue;
      applied.set(rewrite, (applied.get(rewrite) ?? 0) + 1);
      test(`rewritten, ${rewrite}: ${sample.title}`, () =>
        checkRewritten(transform, sample, rewrite, changed));
    }
  });
}

test.each(REWRITES)('%s was tried on several samples', (rewrite) => {
  expect(applied.get(rewrite) ?? 0).toBeGreaterThanOrEqual(5);
});

// Tests of a file run in order, so that everything has been written by now.
test.skipIf(!hasPython)('Python compiles all of it', () => {
  expect(written.size).toBeGreaterThan(100);
  expect(compileErrors(written)).toBe('');
});
