import type { Backend } from '../backend/backend.ts';
import { encode, sha256 } from '../files/source-file.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import type { Parses } from '../plan/apply-pass.ts';
import { type Looked, MAX_PASSES, type Passes, runPasses } from '../plan/run-passes.ts';
import { type Choice, isAsked, isChosen } from '../plan/select.ts';
import type { FileChange, Finding, Left, Plan, Problem } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { detect } from './detect.ts';

export type { Choice } from '../plan/select.ts';

/** What planning works with; commands give the real ones, tests small ones. */
export interface PlanTools {
  /** Name and version of this program, for the plan. */
  tool: string;
  discover(workspace: Workspace): Backend[];
  transforms: readonly LoadedTransform[];
  /** The problem of a file that does not parse as what its name says it is. */
  parses: Parses;
  /** The files among these that apply would refuse to write, and why. */
  notEditable?(paths: readonly string[]): Problem[];
}

/**
 * Plans every change to a workspace, without writing: passes of discover, detect and edit until nothing that the
 * choice allows is found any more. What is left, and the backends, are as they stand after the changes.
 * Planning the result again gives no steps, unless `converged` is false.
 */
export function plan(workspace: Workspace, choice: Choice, tools: PlanTools): Plan {
  const excluded = new Map<string, Left['reason']>();
  const problems: Problem[] = [];
  let converged = true;
  for (;;) {
    const passes = runPasses(workspace, choice, excluded, {
      look: lookWith(tools, choice),
      parses: tools.parses,
    });
    const refused = notEditable(passes, tools);
    if (passes.broken.length === 0 && passes.stuck.length === 0 && refused.size === 0) {
      return compose(workspace, passes, choice, tools.tool, problems, converged);
    }
    // What a finding that has to go brought may have been built upon, so everything is planned afresh without it.
    for (const { finding, problem } of passes.broken) {
      excluded.set(finding.key, 'broke-syntax');
      problems.push(putBack(finding, problem));
    }
    for (const { finding } of passes.steps.filter(({ finding }) => touches(finding, refused)))
      excluded.set(finding.key, 'not-editable');
    for (const problem of refused.values())
      if (!problems.some(({ file, message }) => file === problem.file && message === problem.message))
        problems.push(problem);
    for (const finding of passes.stuck) {
      converged = false;
      excluded.set(finding.key, 'overlap');
      problems.push(stuck(finding));
    }
  }
}

/** Files that these passes change and apply would refuse, by path. */
function notEditable({ edits }: Passes, tools: PlanTools): Map<string, Problem> {
  const paths = [...new Set(edits.flatMap((pass) => [...pass.keys()]))];
  const problems = paths.length === 0 ? [] : (tools.notEditable?.(paths) ?? []);
  return new Map(problems.map((problem) => [problem.file, problem]));
}

function touches(finding: Finding, files: ReadonlyMap<string, Problem>): boolean {
  return finding.edits.some((edit) => files.has(edit.file));
}

function lookWith(tools: PlanTools, choice: Choice): (workspace: Workspace) => Looked {
  const transforms = tools.transforms.filter((each) => isAsked(each, choice));
  return (workspace) => {
    const backends = tools.discover(workspace);
    return { ...detect(backends, transforms), backends: backends.map(({ facts }) => facts) };
  };
}

function compose(
  workspace: Workspace,
  passes: Passes,
  choice: Choice,
  tool: string,
  problems: Problem[],
  converged: boolean,
): Plan {
  return {
    version: 1,
    tool,
    absoluteRoot: workspace.absoluteRoot,
    backends: passes.last.backends,
    steps: passes.steps,
    left: passes.left,
    notes: passes.last.notes.filter(({ transform }) => isChosen(transform, choice)),
    problems: [...passes.last.problems, ...problems],
    skipped: passes.last.skipped,
    changes: fileChanges(workspace, passes),
    converged,
  };
}

/** Each file's way from the bytes on disk to the bytes that apply writes; a file that ends as it began is left out. */
function fileChanges(workspace: Workspace, passes: Passes): FileChange[] {
  const paths = [...new Set(passes.edits.flatMap((pass) => [...pass.keys()]))].sort();
  return paths.flatMap((path) => {
    const file = passes.workspace.read(path);
    const before = workspace.read(path)?.hash ?? null;
    if (!file) return [];
    const after = sha256(encode(file.text, file.encoding));
    if (after === before) return [];
    const edits = passes.edits.map((pass) => pass.get(path) ?? []).filter((list) => list.length > 0);
    return [{ path, before, after, mode: file.mode, encoding: file.encoding, passes: edits }];
  });
}

function putBack(finding: Finding, problem: Problem): Problem {
  return {
    ...problem,
    message: `${finding.transform} would leave a file that does not parse (${problem.message}), so its change was put back`,
    next: `fix-backend explain ${finding.transform}   and please report the file`,
  };
}

function stuck(finding: Finding): Problem {
  return {
    file: finding.place.file,
    line: finding.line,
    column: finding.column,
    message: `${finding.transform} still finds something after ${MAX_PASSES} passes, so it was left out`,
    next: `fix-backend --skip ${finding.transform}   and please report the file`,
  };
}
