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
