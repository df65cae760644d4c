import type { Workspace } from '../workspace.ts';
import { type Manifest, readManifest } from './manifest.ts';

/** Manifests and what they include by `-r`, whatever the files are called; each once, an included one behind its first reader. */
export function withIncluded(workspace: Pick<Workspace, 'read'>, paths: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (path: string) => {
    const manifest = found.includes(path) ? undefined : read(workspace, path);
    if (!manifest) return;
    found.push(path);
    for (const included of manifest.includes) visit(included);
  };
  for (const path of paths) visit(path);
  return found;
}

/** What the files behind `-c` allow of each package, joined where several speak of one: `>=2` and `<2.1` are `>=2,<2.1`. */
export function constraintsOf(
  workspace: Pick<Workspace, 'read'>,
  paths: readonly string[],
): Map<string, string> {
  const files = new Set(paths.flatMap((path) => read(workspace, path)?.constraints ?? []));
  const found = new Map<string, string>();
  for (const { name, specifier, marker } of [...files].flatMap(
    (path) => read(workspace, path)?.requirements ?? [],
  )) {
    if (marker !== undefined || specifier === '') continue;
    found.set(name, [found.get(name), specifier].filter(Boolean).join(','));
  }
  return found;
}

function read(workspace: Pick<Workspace, 'read'>, path: string): Manifest | undefined {
  const file = workspace.read(path);
  return file && readManifest(file);
}
