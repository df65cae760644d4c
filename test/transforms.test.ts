import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { REWRITES, type Rewrite, rewritten } from '../src/samples/rewrite.ts';
import { changes, type Sample } from '../src/samples/sample.ts';
import { detect } from '../src/stages/detect.ts';
import { discover } from '../src/stages/discover.ts';
import { plan } from '../src/stages/plan.ts';
import type { Workspace } from '../src/workspace.ts';
import { memoryWorkspace } from './memory-workspace.ts';

const transforms = await loadTransforms();
const applied = new Map<Rewrite, number>();
/** Python that our repairs wrote; compiled at the end, all at once. */
const written = new Map<string, string>();

beforeAll(async () => {
  await loadPython();
  await loadJavaScript();
});

function samplesOf(id: string): Sample[] {
  if (!existsSync(join(transformsFolder(), id, 'samples.md'))) return [];
  const file = join(transformsFolder(), id, 'samples.md');
  return readSamples(file, readFileSync(file, 'utf8'));
}

function before(sample: Sample): Record<string, string> {
  return Object.fromEntries(
    sample.files.flatMap(({ path, before: text }) => (text === undefined ? [] : [[path, text]])),
  );
}

/** The manifest that a Python sample has unless it shows one. */
const MANIFEST = 'fastapi\nsqlmodel\nsqlalchemy\n';

function workspaceOf(files: Record<string, string>): Workspace {
  const python = Object.keys(files).some((path) => path.endsWith('.py'));
  const manifest = Object.keys(files).some((path) =>
    /requirements.*\.txt$|pyproject\.toml$|Pipfile$|package\.json$/.test(path),
  );
  return memoryWorkspace(python && !manifest ? { ...files, 'requirements.txt': MANIFEST } : files);
}

function planned(files: Record<string, string>, transform: LoadedTransform) {
  const workspace = workspaceOf(files);
  const choice = { unsafe: true, only: [], skip: [], refused: new Set<string>() };
  const result = plan(workspace, choice, {
    tool: 'test',
    discover,
    transforms: [transform],
    parses: parsesEverything,
  });
  return { result, texts: Object.fromEntries(finalTexts(result, workspace)) };
}

function subjects(files: Record<string, string>, transform: LoadedTransform): string[] {
  const { findings, notes } = detect(discover(workspaceOf(files)), [transform]);
  return [...new Set([...findings, ...notes].map(({ key }) => key.split(':').slice(2).join(':')))].sort();
}

test('every transform has samples of both kinds', () => {
  const lacking = transformIds().filter((id) => {
    const samples = samplesOf(id);
    const told = samples.filter((sample) => changes(sample) || sample.finds);
    return told.length === 0 || told.length === samples.length;
  });
  expect(lacking).toEqual([]);
});

for (const transform of transforms) {
  describe(transform.id, () => {
    test.each(samplesOf(transform.id).map((sample) => [sample.title, sample] as const))(
      '%s',
      (_title, sample) => {
        const { result, texts } = planned(before(sample), transform);
        const wanted = Object.fromEntries(
          sample.files.flatMap(({ path, after }) => (after === undefined ? [] : [[path, after]])),
        );
        expect(texts).toEqual(wanted);
        const told = [...result.left.map(({ finding }) => finding), ...result.notes];
        const reported = told.filter(({ safety }) => safety === sample.finds).length > 0;
        expect(reported).toBe(sample.finds !== undefined);
        expect(result.converged).toBe(true);
        expect(planned({ ...before(sample), ...texts }, transform).result.steps).toEqual([]);
        for (const [path, text] of Object.entries(texts))
          if (path.endsWith('.py')) written.set(`${transform.id} ${sample.title} ${path}`, text);
      },
    );
    for (const rewrite of REWRITES) {
      test.each(rewritable(transform, rewrite))(`rewritten, ${rewrite}: %s`, (_title, sample) =>
        compareRewritten(transform, sample, rewrite),
      );
    }
  });
}

function rewritable(transform: LoadedTransform, rewrite: Rewrite): [string, Sample][] {
  if (transform.language === 'javascript') return [];
  return samplesOf(transform.id)
    .filter(
      (sample) => sample.files.some(({ path }) => path.endsWith('.py')) && (changes(sample) || sample.finds),
    )
    .filter((sample) => !sample.notRewritten.some((each) => each.rewrite === rewrite))
    .map((sample) => [sample.title, sample]);
}

function compareRewritten(transform: LoadedTransform, sample: Sample, rewrite: Rewrite): void {
  const files = before(sample);
  const changed = { ...files };
  let some = false;
  const [backend] = discover(workspaceOf(files));
  for (const path of Object.keys(files).filter((each) => each.endsWith('.py'))) {
    const document = backend?.pythonDocument(path);
    for (const [file, text] of (document && rewritten(document, rewrite)) ?? []) {
      changed[file] = text;
      some = true;
    }
  }
  if (!some) return;
  applied.set(rewrite, (applied.get(rewrite) ?? 0) + 1);
  if (rewrite === 'shadowed')
    return expect(
      subjects(changed, transform).filter((each) => subjects(files, transform).includes(each)),
    ).toEqual([]);
  expect(subjects(changed, transform)).toEqual(subjects(files, transform));
  const { texts, result } = planned(changed, transform);
  expect(result.converged).toBe(true);
  for (const [path, text] of Object.entries(texts))
    if (path.endsWith('.py')) written.set(`${transform.id} ${sample.title} ${rewrite} ${path}`, text);
}

test('each rewrite applied to several samples', () => {
  for (const rewrite of REWRITES)
    expect([rewrite, (applied.get(rewrite) ?? 0) >= 5]).toEqual([rewrite, true]);
});

const python = spawnSync('python3', ['--version']).status === 0;

afterAll(() => {
  if (!python) return;
  const script =
    'import json, sys\nfor name, text in json.load(sys.stdin).items():\n    try: compile(text, name, "exec", dont_inherit=True)\n    except SyntaxError as error: print(name, error)\n';
  const done = spawnSync('python3', ['-c', script], {
    input: JSON.stringify(Object.fromEntries(written)),
    encoding: 'utf8',
  });
  expect(done.stdout + done.stderr).toBe('');
});
