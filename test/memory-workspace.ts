import type { SourceFile } from '../src/files/source-file.ts';
import { decode } from '../src/files/source-file.ts';
import { Workspace } from '../src/workspace.ts';

/** A workspace whose files are given as texts; nothing is read from the disk. */
export function memoryWorkspace(files: Readonly<Record<string, string>>): Workspace {
  return new Workspace('/nowhere', Object.keys(files), (path) => {
    const text = files[path];
    return text === undefined ? undefined : fileOf(path, text);
  });
}

function fileOf(path: string, text: string): SourceFile {
  const file = decode(path, Buffer.from(text, 'utf8'), 0o644);
  if (!file) throw new Error(`${path} is no text`);
  return file;
}
