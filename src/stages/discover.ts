import { Backend, type Targets } from '../backend/backend.ts';
import { documentedCommands } from '../backend/commands.ts';
import { findEntry } from '../backend/entry.ts';
import { pythonBackend } from '../backend/facts.ts';
import { discoverJavaScriptBackends } from '../backend/javascript.ts';
import { dirname, PythonModules } from '../languages/python/modules.ts';
import { withIncluded } from '../settings/included-manifests.ts';
import { manifestFiles } from '../settings/manifest.ts';
import type { Workspace } from '../workspace.ts';

/** A Python file without one of these is no sign of a backend. */
const SIGNS = /\b(sqlalchemy|sqlmodel|fastapi|starlette|asyncpg|psycopg2?|flask|django)\b/i;
const NOT_A_BACKEND = /(^|\/)(docs?|examples?|node_modules|site-packages)\//;

/**
 * Finds every backend below a workspace's root: a folder with a manifest and code that has to do with a database or a web
 * server. Code without a manifest above it belongs to the root. `targets` are the versions that --target asks about. `loadPython()` must have been awaited.
 */
export function discover(workspace: Workspace, targets: Targets = {}): Backend[] {
  const python = pythonBackends(workspace, targets);
  const javascript = discoverJavaScriptBackends(workspace).map(
    (facts) => new Backend(facts, workspace, undefined, undefined, targets),
  );
  return [...python, ...javascript];
}

function pythonBackends(workspace: Workspace, targets: Targets): Backend[] {
  const files = workspace.files();
  const manifests = manifestFiles(files).filter((path) => !path.endsWith('package.json'));
  const groups = groupByRoot(files, manifests, workspace);
  const roots = [...groups.keys()];
  return [...groups].map(([root, own]) => backendAt(workspace, root, own, manifests, roots, targets));
}

/** Python files by the nearest folder above them that holds a manifest; folders without any sign of a backend are left out. */
function groupByRoot(files: string[], manifests: string[], workspace: Workspace): Map<string, string[]> {
  const roots = new Set(manifests.map(manifestRoot));
  const groups = new Map<string, string[]>();
  for (const file of files.filter((path) => path.endsWith('.py'))) {
    const root = nearest(dirname(file), roots);
    const group = groups.get(root);
    if (group) group.push(file);
    else groups.set(root, [file]);
  }
  for (const [root, own] of groups) {
    const signs = own.some(
      (file) => !NOT_A_BACKEND.test(file) && SIGNS.test(workspace.read(file)?.text ?? ''),
    );
    if (!signs) groups.delete(root);
  }
  return groups;
}

/** `requirements/dev.txt` belongs to the folder above. */
function manifestRoot(path: string): string {
  const folder = dirname(path);
  return /(^|\/)requirements$/.test(folder) ? dirname(folder) : folder;
}

function nearest(folder: string, roots: ReadonlySet<string>): string {
  let at = folder;
  while (at !== '' && !roots.has(at)) at = dirname(at);
  return at;
}

function backendAt(
  workspace: Workspace,
  root: string,
  files: string[],
  manifests: string[],
  otherRoots: string[],
  targets: Targets,
): Backend {
  const own = withIncluded(
    workspace,
    manifests.filter((path) => manifestRoot(path) === root),
  );
  const plain = new PythonModules(workspace);
  const documents = files.flatMap((file) => plain.document(file) ?? []);
  const commands = documentedCommands(workspace, files);
  const found = findEntry(documents, plain, workspace, commands, root);
  const roots = found ? [found.entry.cwd, ...found.entry.pythonPath] : [];
  const modules = new PythonModules(workspace, roots);
  return pythonBackend({
    workspace,
    root,
    files,
    manifests: own,
    modules,
    otherRoots,
    targets,
    ...(found && { found }),
  });
}
