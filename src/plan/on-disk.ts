import { position } from '../files/source-file.ts';
import type { Edit, Finding, Plan } from '../types.ts';
import type { Workspace } from '../workspace.ts';

/**
 * The same plan, with the places of what it leaves and notes as they are on disk now. A plan gives them as they will be
 * after its changes, which is right once it is written and misleads while it is only shown.
 */
export function onDisk(plan: Plan, workspace: Workspace): Plan {
  const passes = new Map(plan.changes.map((change) => [change.path, change.passes]));
  const back = (finding: Finding): Finding => {
    const edits = passes.get(finding.place.file);
    if (!edits) return finding;
    const start = edits.reduceRight((offset, pass) => offsetBefore(pass, offset), finding.place.start);
    const text = workspace.read(finding.place.file)?.text ?? '';
    return { ...finding, ...position(text, Math.min(start, text.length)) };
  };
  return {
    ...plan,
    left: plan.left.map((left) => ({ ...left, finding: back(left.finding) })),
    notes: plan.notes.map(back),
  };
}

/** Where an offset of the text after these edits was before them; inside a replacement, where that began. */
export function offsetBefore(edits: readonly Edit[], after: number): number {
  let shift = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const start = edit.start + shift;
    if (after < start) break;
    if (after < start + edit.text.length) return edit.start;
    shift += edit.text.length - (edit.end - edit.start);
  }
  return after - shift;
}
