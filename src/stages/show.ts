import type { Format } from '../show/format.ts';
import type { Layout } from '../show/layout.ts';
import { planMarkdown } from '../show/markdown.ts';
import { planPatch } from '../show/patch.ts';
import { planText } from '../show/plan-text.ts';
import { stepViews } from '../show/view.ts';
import type { Plan } from '../types.ts';
import type { Workspace } from '../workspace.ts';

export interface ShowOptions extends Layout {
  format: Exclude<Format, 'json'>;
  showSecrets: boolean;
  /** Whether the text says too what the plan leaves, notes and could not look at. Markdown always does. */
  remainder: boolean;
  /** Before each name in a patch, see `patchPrefix`. */
  prefix: string;
}

/** A plan as it is shown; `omitted` are the places that a patch leaves out because they hold a secret. */
export type Shown = { text: string } | { bytes: Buffer; omitted: { file: string; line: number }[] };

/** Lays a plan out. `workspace` is the one it was made of. Prints nothing; colours are marks for the sink. */
export function show(plan: Plan, workspace: Workspace, options: ShowOptions): Shown {
  if (options.format === 'patch') return planPatch(plan, workspace, options);
  const views = stepViews(plan, workspace, options.showSecrets);
  return { text: options.format === 'markdown' ? planMarkdown(plan, views) : planText(plan, views, options) };
}
