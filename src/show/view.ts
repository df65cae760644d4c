import { doneBy, finalTexts, type Replayed, replay } from '../plan/replay.ts';
import { redact } from '../redact.ts';
import type { Finding, Plan, Safety } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import { diffLines, type Hunk } from './diff-lines.ts';

const CONTEXT = 2;

export interface FileView {
  path: string;
  created: boolean;
  hunks: Hunk[];
  /** True where a change lies inside a secret, so that nothing of it can be seen. */
  hidden: boolean;
}

/** A finding and what it does to each file, ready to be laid out as text, Markdown or JSON. */
export interface FindingView {
  finding: Finding;
  /** From 1, among `total`. */
  number: number;
  total: number;
  files: FileView[];
}

/** The steps of a plan with their diffs. Secrets are `***` already, unless they are asked for. */
export function stepViews(plan: Plan, workspace: Workspace, showSecrets: boolean): FindingView[] {
  const steps = replay(plan, workspace);
  return steps.map(({ step, files }, index) => ({
    finding: step.finding,
    number: index + 1,
    total: steps.length,
    files: files.map((file) => fileView(file, showSecrets)),
  }));
}

/** The files of one step alone. */
export function stepFiles(plan: Plan, workspace: Workspace, step: number, showSecrets: boolean): FileView[] {
  return (replay(plan, workspace)[step]?.files ?? []).map((file) => fileView(file, showSecrets));
}

/** What a finding that was left would do, on top of what the plan does. */
export function leftFiles(
  finding: Finding,
  plan: Plan,
  workspace: Workspace,
  showSecrets: boolean,
): FileView[] {
  const texts = finalTexts(plan, workspace);
  const files = doneBy(finding, (path) => texts.get(path) ?? workspace.read(path)?.text);
  return files.map((file) => fileView(file, showSecrets));
}

export function fileView({ path, before, after }: Replayed, showSecrets: boolean): FileView {
  const old = showSecrets ? (before ?? '') : redact(before ?? '', path);
  const now = showSecrets ? after : redact(after, path);
  const hunks = diffLines(old, now, CONTEXT);
  return {
    path,
    created: before === undefined,
    hunks,
    hidden: hunks.length === 0 && (before ?? '') !== after,
  };
}

export function safetyWord(safety: Safety): 'safe' | 'unsafe' | 'report' | 'note' {
  return typeof safety === 'object' ? 'unsafe' : safety;
}
