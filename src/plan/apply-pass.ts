import { applyEdits, decode, encode, type SourceFile } from '../files/source-file.ts';
import type { Edit, Finding, Problem } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { editsByFile } from './edits-by-file.ts';

export type Parses = (file: SourceFile) => Problem | undefined;

export interface Broken {
  finding: Finding;
  problem: Problem;
}

/** Permission bits of a file that a finding creates. */
const NEW_FILE_MODE = 0o644;

/**
 * The workspace with the edits of these findings, and each file's edits. Where a file that parsed no longer does,
 * `broken` names the findings to blame and the workspace is to be thrown away.
 */
export function applyPass(
  workspace: Workspace,
  findings: readonly Finding[],
  parses: Parses,
): { workspace: Workspace; edits: Map<string, Edit[]>; broken: Broken[] } {
  const edits = editsByFile(findings);
  const changed: SourceFile[] = [];
  const broken: Broken[] = [];
  for (const [path, ofFile] of edits) {
    const result = edited(workspace, path, ofFile, parses);
    if ('changed' in result) changed.push(result.changed);
    else broken.push(...toBlame(workspace, path, findings, parses, result.problem));
  }
  return { workspace: workspace.with(changed), edits, broken };
}

/** The file with these edits, or why it cannot have them. */
function edited(
  workspace: Workspace,
  path: string,
  edits: readonly Edit[],
  parses: Parses,
): { changed: SourceFile } | { problem: Problem } {
  const before = workspace.read(path);
  if (!before && workspace.has(path)) return { problem: unwritable(path, 'cannot be read') };
  const base = before ?? { path, text: '', encoding: 'utf-8', mode: NEW_FILE_MODE, hash: null };
  try {
    const changed = { ...base, text: applyEdits(base.text, edits) };
    const lost = lostInEncoding(changed);
    if (lost) return { problem: lost };
    const problem = parses(changed);
    return problem && !(before && parses(before)) ? { problem } : { changed };
  } catch (error) {
    if (error instanceof RangeError) return { problem: unwritable(path, error.message) };
    throw error;
  }
}

/** A replacement may hold a letter that the file's encoding does not have. */
function lostInEncoding(file: SourceFile): Problem | undefined {
  const back = decode(file.path, encode(file.text, file.encoding), file.mode);
  return back?.text === file.text
    ? undefined
    : unwritable(file.path, `${file.encoding} cannot hold the change`);
}

/** The findings that break the file by themselves; all that touch it where only their sum does. */
function toBlame(
  workspace: Workspace,
  path: string,
  findings: readonly Finding[],
  parses: Parses,
  problem: Problem,
): Broken[] {
  const touching = findings.filter((finding) => finding.edits.some((edit) => edit.file === path));
  const alone = touching.filter((finding) => {
    const own = finding.edits.filter((edit) => edit.file === path);
    return 'problem' in edited(workspace, path, own, parses);
  });
  return (alone.length > 0 ? alone : touching).map((finding) => ({ finding, problem }));
}

function unwritable(file: string, message: string): Problem {
  return { file, message, next: 'Report this: a transform proposed an edit that cannot be made.' };
}
