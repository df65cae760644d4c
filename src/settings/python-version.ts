import { dirname, join } from '../languages/python/modules.ts';
import type { Workspace } from '../workspace.ts';
import { readDockerfile } from './dockerfile.ts';

/**
 * The Python that a project chose, e.g. `3.13`: `.python-version`, `runtime.txt` or the Dockerfile's image, in its root or a
 * folder above. Undefined where nothing says; `requires-python` is a range and chooses none.
 */
export function pythonVersion(workspace: Workspace, root: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    const found = versionIn(workspace, at);
    if (found || at === '') return found;
  }
}

function versionIn(workspace: Workspace, folder: string): string | undefined {
  const text = (name: string) => workspace.read(join(folder, name))?.text ?? '';
  const plain = /^\s*(?:python-?|cpython-)?(\d+\.\d+)/m;
  const dockerfile = workspace.read(join(folder, 'Dockerfile'));
  return (
    plain.exec(text('.python-version'))?.[1] ??
    plain.exec(text('runtime.txt'))?.[1] ??
    (dockerfile && readDockerfile(dockerfile).python)
  );
}

/**
 * The oldest Python that a backend can be installed with, and the file that says so: the one that is chosen, else the lower
 * end of `requires-python`. Undefined where nothing says.
 */
export function oldestPython(
  workspace: Workspace,
  root: string,
  manifests: readonly { path: string; requiresPython?: string }[],
): { version: string; source: string } | undefined {
  for (let at = root; ; at = dirname(at)) {
    const version = versionIn(workspace, at);
    if (version) return { version, source: sourceIn(workspace, at) };
    if (at === '') break;
  }
  const found = manifests.find(({ requiresPython }) => requiresPython !== undefined);
  const [, version] = /(?:>=|\^|~=?|==)\s*(\d+\.\d+)/.exec(found?.requiresPython ?? '') ?? [];
  return found && version ? { version, source: found.path } : undefined;
}

function sourceIn(workspace: Workspace, folder: string): string {
  const names = ['.python-version', 'runtime.txt', 'Dockerfile'];
  const named = names.find((name) => /\d+\.\d+/.test(workspace.read(join(folder, name))?.text ?? ''));
  return join(folder, named ?? 'Dockerfile');
}
