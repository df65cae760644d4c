/** A workspace in memory and small transforms, for the tests of the stages up to `show`. */
import { Backend } from '../../src/backend/backend.ts';
import { decode, type SourceFile, sha256 } from '../../src/files/source-file.ts';
import { loadPython } from '../../src/languages/python/tree.ts';
import type { LoadedTransform } from '../../src/load-transforms.ts';
import { parsesAs } from '../../src/plan/parses.ts';
import type { Choice, PlanTools } from '../../src/stages/plan.ts';
import type { Draft, Transform } from '../../src/transform.ts';
import type { BackendFacts } from '../../src/types.ts';
import { Workspace } from '../../src/workspace.ts';

await loadPython();

export function workspaceOf(files: Record<string, string | Buffer>, root = '/project'): Workspace {
  const read = (path: string): SourceFile | undefined => {
    const content = files[path];
    return content === undefined ? undefined : decode(path, Buffer.from(content), 0o644);
  };
  return new Workspace(root, Object.keys(files), read);
}

export function facts(workspace: Workspace, more: Partial<BackendFacts> = {}): BackendFacts {
  return {
    name: 'todo-api',
    root: '',
    language: 'python',
    manifests: [],
    settingsFiles: [],
    files: workspace.files().filter((path) => path.endsWith('.py')),
    mode: 'async',
    modeBecause: ['AsyncSession'],
    addresses: [],
    dependencies: [],
    metadata: [],
    modelModules: [],
    requires: {},
    requiredSettings: [],
    ...more,
  };
}

/** Replaces a word wherever it stands in a file; the word is the subject. */
export function replacing(
  id: string,
  file: string,
  word: string,
  by: string,
  more: Partial<Transform<'settings'>> & Partial<Draft> = {},
): LoadedTransform {
  return settings(id, more, (text) => {
    const start = text(file)?.indexOf(word) ?? -1;
    if (start < 0) return [];
    const at = { file, start, end: start + word.length };
    return [{ subject: word, at, message: `${word} is wrong.`, edits: [{ ...at, text: by }] }];
  });
}

/** A transform over the files of the workspace; what `more` holds of a draft is laid over each draft. */
export function settings(
  id: string,
  more: Partial<Transform<'settings'>> & Partial<Draft>,
  detect: (text: (file: string) => string | undefined) => Draft[],
): LoadedTransform {
  const { subject, at, message, edits, safety, provides, needs, next, secret, ...described } = more;
  const laid = { subject, at, message, edits, safety, provides, needs, next, secret };
  const given = Object.fromEntries(Object.entries(laid).filter(([, value]) => value !== undefined));
  return {
    id,
    language: 'settings',
    transform: {
      title: `Repair ${id}`,
      why: 'It does not start.',
      safety: 'safe',
      docs: 'https://docs.example.invalid/',
      ...described,
      detect: ({ workspace }) =>
        detect((file) => workspace.read(file)?.text).map((draft) => ({ ...draft, ...given })),
    },
  };
}

export const EVERYTHING: Choice = { unsafe: true, only: [], skip: [], refused: new Set() };
export const SAFE: Choice = { ...EVERYTHING, unsafe: false };

export function tools(transforms: LoadedTransform[], more: Partial<PlanTools> = {}): PlanTools {
  return {
    tool: 'fix-backend 0.0.0',
    transforms,
    parses: parsesAs([]),
    discover: (workspace) => [new Backend(facts(workspace), workspace)],
    ...more,
  };
}

export { sha256 };
