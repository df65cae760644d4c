import { posix } from 'node:path';
import { readJsonc, record } from '../../settings/jsonc.ts';
import type { Workspace } from '../../workspace.ts';

type Files = Pick<Workspace, 'read' | 'files'>;

const known = new WeakMap<Files, string[]>();

/**
 * True for JavaScript that TypeScript wrote: it lies in the `outDir` of a tsconfig.json that has sources elsewhere. Somebody may have
 * committed it, but nobody edits it, and it says all that its source says once more. The same holds where its last line names a map.
 */
export function isBuilt(files: Files, path: string): boolean {
  if (!/\.[cm]?jsx?$/.test(path)) return false;
  const folders = known.get(files) ?? outDirs(files);
  known.set(files, folders);
  return folders.some((folder) => path.startsWith(folder)) || hasMap(files.read(path)?.text ?? '');
}

/** The last line of what a compiler wrote says where its map is. */
function hasMap(text: string): boolean {
  return /^\/\/# sourceMappingURL=\S+\s*$/.test(text.slice(text.trimEnd().lastIndexOf('\n') + 1));
}

/** Each with a slash at its end. */
function outDirs(files: Files): string[] {
  const paths = files.files();
  return paths.flatMap((path) => {
    if (!/(^|\/)tsconfig(\.[\w-]+)?\.json$/.test(path) || /(^|\/)node_modules\//.test(path)) return [];
    const { outDir } = record(record(readJsonc(files.read(path)?.text ?? '')).compilerOptions);
    if (typeof outDir !== 'string') return [];
    const home = posix.dirname(path);
    const folder = `${posix.join(home, outDir).replace(/\/$/, '')}/`;
    const below = home === '.' ? '' : `${home}/`;
    const hasSources = paths.some(
      (one) => one.startsWith(below) && /\.[cm]?tsx?$/.test(one) && !one.startsWith(folder),
    );
    return folder.startsWith(below) && folder !== below && folder !== './' && hasSources ? [folder] : [];
  });
}
