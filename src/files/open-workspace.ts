import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../types.ts';
import { Workspace } from '../workspace.ts';
import { errorCode, shellWord } from './io-error.ts';
import { leadsToFileInside, projectFiles } from './project-files.ts';
import { realRoot } from './real-root.ts';
import { decode, type SourceFile } from './source-file.ts';

const LARGEST = 2 * 1024 * 1024;

/**
 * Opens a folder as a workspace. Its root is the folder's real path; files are read when they are asked for.
 * `problems` are those of listing; `workspace.problem(path)` says why a listed file cannot be read.
 * Throws FixBackendError (2) where there is no such folder or it may not be read.
 */
export function openWorkspace(absolutePath: string): { workspace: Workspace; problems: Problem[] } {
  const absoluteRoot = realRoot(absolutePath);
  const { paths, problems } = projectFiles(absoluteRoot);
  const workspace = new Workspace(absoluteRoot, paths, (path) => readSource(absoluteRoot, path));
  return { workspace, problems };
}

function readSource(absoluteRoot: string, path: string): SourceFile | Problem | undefined {
  // Asked again: the link may lead elsewhere since the files were listed.
  if (!leadsToFileInside(absoluteRoot, path)) return undefined;
  try {
    return readText(join(absoluteRoot, path), path);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return {
      file: path,
      message: `It cannot be read (${code}).`,
      next: `Give yourself permission:  chmod u+r ${shellWord(path)}`,
    };
  }
}

function readText(absolute: string, path: string): SourceFile | Problem {
  const stats = statSync(absolute);
  if (stats.size > LARGEST) return unread(path, `It is larger than 2 MB (${stats.size} bytes).`);
  const bytes = readFileSync(absolute);
  const file = decode(path, bytes, stats.mode & 0o7777);
  if (file) return file;
  return bytes.includes(0)
    ? unread(path, 'It is a binary file.')
    : { file: path, message: 'It is not UTF-8 and names no other encoding.', next: howToName(path) };
}

/** PEP 263: a Python file may say in its first two lines what it is. */
function howToName(path: string): string {
  return path.endsWith('.py')
    ? 'Save it as UTF-8, or name its encoding in the first line:  # -*- coding: latin-1 -*-'
    : 'Save it as UTF-8.';
}

function unread(path: string, message: string): Problem {
  return {
    file: path,
    message,
    next: 'Nothing in it was looked at; check it by hand if the backend uses it.',
  };
}
