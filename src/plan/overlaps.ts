import type { Edit, Finding } from '../types.ts';

/**
 * Takes findings in their order as long as none of their edits touches an edit that was taken; the rest wait for the next pass.
 * A finding waits as a whole, so that no file gets half of one.
 */
export function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  const taken = new Map<string, Edit[]>();
  return findings.filter((finding) => {
    const free = finding.edits.every((edit) => !taken.get(edit.file)?.some((other) => overlap(edit, other)));
    if (free) for (const edit of finding.edits) taken.set(edit.file, [...(taken.get(edit.file) ?? []), edit]);
    return free;
  });
}

/**
 * Two insertions at one place overlap too: which comes first would be chance. So do an insertion and an edit that begins there, and
 * two new import statements for one module, which become one where the second is made after the first.
 */
function overlap(a: Edit, b: Edit): boolean {
  if (a.start === b.start || (a.imports !== undefined && a.imports === b.imports)) return true;
  return a.start < b.end && b.start < a.end;
}
