import { newBytes } from '../files/new-text.ts';
import { encode } from '../files/source-file.ts';
import type { Plan } from '../types.ts';
import type { Workspace } from '../workspace.ts';

/** The bytes that the plan would write, by path. */
export function plannedBytes(plan: Plan, workspace: Workspace): Map<string, Buffer> {
  return new Map(
    plan.changes.map((change) => [change.path, newBytes(change, bytesOf(change.path, workspace))]),
  );
}

/** The bytes that the changed files had; null for one that the plan creates. */
export function bytesBefore(plan: Plan, workspace: Workspace): Map<string, Buffer | null> {
  return new Map(plan.changes.map(({ path }) => [path, bytesOf(path, workspace)]));
}

function bytesOf(path: string, workspace: Workspace): Buffer | null {
  const file = workspace.read(path);
  return file ? encode(file.text, file.encoding) : null;
}
