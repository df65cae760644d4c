import type { Sample } from '../../src/samples/sample.ts';
import type { Workspace } from '../../src/workspace.ts';
import { memoryWorkspace } from '../memory-workspace.ts';

/** The manifest that a Python sample has unless it shows one. */
const MANIFEST = 'fastapi\nsqlmodel\nsqlalchemy\n';

/** The files of a sample before the repair, by path. */
export function filesOf(sample: Sample): Record<string, string> {
  return Object.fromEntries(
    sample.files.flatMap(({ path, before }) => (before === undefined ? [] : [[path, before]])),
  );
}

/** The files that a sample wants changed or created, by path. */
export function wantedOf(sample: Sample): Record<string, string> {
  return Object.fromEntries(
    sample.files.flatMap(({ path, after }) => (after === undefined ? [] : [[path, after]])),
  );
}

export function workspaceOf(files: Record<string, string>): Workspace {
  const python = Object.keys(files).some((path) => path.endsWith('.py'));
  const manifest = Object.keys(files).some((path) =>
    /requirements.*\.txt$|pyproject\.toml$|Pipfile$|package\.json$/.test(path),
  );
  return memoryWorkspace(python && !manifest ? { ...files, 'requirements.txt': MANIFEST } : files);
}
