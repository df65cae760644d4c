import type { Edit, Finding } from '../types.ts';

/** The edits of these findings, file by file, in the order of the findings. */
export function editsByFile(findings: readonly Pick<Finding, 'edits'>[]): Map<string, Edit[]> {
  const files = new Map<string, Edit[]>();
  for (const edit of findings.flatMap((finding) => finding.edits)) {
    files.set(edit.file, [...(files.get(edit.file) ?? []), edit]);
  }
  return files;
}
