import type { Detected } from '../stages/detect.ts';
import type { BackendFacts, Edit, Finding, Left, Step } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { applyPass, type Broken, type Parses } from './apply-pass.ts';
import { withoutOverlaps } from './overlaps.ts';
import { type Choice, select } from './select.ts';

/** Ruff's and ESLint's limit is of this order as well: more passes mean that transforms undo each other's work. */
export const MAX_PASSES = 10;

export interface Looked extends Detected {
  backends: BackendFacts[];
}

export interface Passes {
  workspace: Workspace;
  steps: Step[];
  left: Left[];
  /** What the last look saw. */
  last: Looked;
  /** One entry a pass: the edits of each file, with offsets into the text that the pass before left. */
  edits: Map<string, Edit[]>[];
  /** Findings after which a file no longer parsed. Nothing else of the result may be used where there are any. */
  broken: Broken[];
  /** Findings that were still wanted after the last pass. */
  stuck: Finding[];
}

/**
 * Looks, takes what the choice allows, edits, and looks again until nothing is wanted any more.
 * `excluded` are keys that an earlier attempt showed to be impossible.
 */
export function runPasses(
  start: Workspace,
  choice: Choice,
  excluded: ReadonlyMap<string, Left['reason']>,
  tools: { look(workspace: Workspace): Looked; parses: Parses },
): Passes {
  const steps: Step[] = [];
  const edits: Passes['edits'] = [];
  let workspace = start;
  for (let pass = 1; ; pass++) {
    const last = tools.look(workspace);
    const { taken, left } = select(last.findings, choice, excluded);
    const result = { workspace, steps, left, last, edits, broken: [], stuck: [] };
    if (taken.length === 0) return result;
    if (pass > MAX_PASSES) return { ...result, stuck: taken };
    const now = withoutOverlaps(taken);
    const applied = applyPass(workspace, now, tools.parses);
    if (applied.broken.length > 0) return { ...result, broken: applied.broken };
    steps.push(...now.map((finding) => ({ finding, pass })));
    edits.push(applied.edits);
    workspace = applied.workspace;
  }
}
