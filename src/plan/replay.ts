import { applyEdits } from '../files/source-file.ts';
import type { Finding, Plan, Step } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { editsByFile } from './edits-by-file.ts';

/** What one step does to one file. `before` is undefined where the step creates it. */
export interface Replayed {
  path: string;
  before: string | undefined;
  after: string;
}

/**
 * What each step of a plan does by itself: every file it touches, as the pass began and with only this step's edits.
 * In the first pass `before` is thus the file on disk, whose line numbers a reader can look up.
 * `workspace` is the one that the plan was made of.
 */
export function replay(plan: Plan, workspace: Workspace): { step: Step; files: Replayed[] }[] {
  const texts = new Map<string, string>();
  const textOf = (path: string) => texts.get(path) ?? workspace.read(path)?.text;
  const shown: { step: Step; files: Replayed[] }[] = [];
  for (const steps of byPass(plan.steps)) {
    for (const step of steps) shown.push({ step, files: doneBy(step.finding, textOf) });
    const edits = editsByFile(steps.map((step) => step.finding));
    for (const [path, ofFile] of edits) texts.set(path, applyEdits(textOf(path) ?? '', ofFile));
  }
  return shown;
}

/** What one finding would do to the files it touches; `textOf` gives a file's text, or undefined for a new file. */
export function doneBy(finding: Finding, textOf: (path: string) => string | undefined): Replayed[] {
  return [...editsByFile([finding])].map(([path, edits]) => {
    const before = textOf(path);
    return { path, before, after: applyEdits(before ?? '', edits) };
  });
}

/** The texts after the whole plan, of every file it changes. Throws a RangeError where the workspace is another one. */
export function finalTexts(plan: Plan, workspace: Workspace): Map<string, string> {
  return new Map(
    plan.changes.map(({ path, passes }) => [
      path,
      passes.reduce((text, edits) => applyEdits(text, edits), workspace.read(path)?.text ?? ''),
    ]),
  );
}

function byPass(steps: readonly Step[]): Step[][] {
  const passes = new Map<number, Step[]>();
  for (const step of steps) passes.set(step.pass, [...(passes.get(step.pass) ?? []), step]);
  return [...passes.entries()].sort(([a], [b]) => a - b).map(([, list]) => list);
}
