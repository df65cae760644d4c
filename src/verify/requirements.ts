import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { pipfileRequirements, projectRequirements } from './project-tables.ts';

/** What a manifest installs, flattened into text that stands by itself. */
export interface Requirements {
  /** Lines for a requirements.txt. */
  lines: string[];
  /** Lines for a constraints file. */
  constraints: string[];
  /** Folders of the tree (absolute) that are installed as packages, because nothing else says what they need. */
  local: string[];
}

/**
 * Reads a requirements file (with its `-r` and `-c`), a pyproject.toml, a Pipfile or a setup.py.
 * `manifest` is relative to the tree; `absoluteTree` is the copy that is looked at.
 * Throws an Error that says what is wrong where the manifest cannot be read.
 */
export function readRequirements(absoluteTree: string, manifest: string): Requirements {
  const found: Requirements = { lines: [], constraints: [], local: [] };
  readManifest(absoluteTree, manifest, found, new Set());
  return found;
}

function readManifest(tree: string, manifest: string, found: Requirements, seen: Set<string>): void {
  if (seen.has(manifest)) return;
  seen.add(manifest);
  const folder = join(tree, dirname(manifest));
  const name = basename(manifest);
  if (name.endsWith('.toml')) addAll(projectRequirements(text(tree, manifest), folder), found);
  else if (name === 'Pipfile') addAll(pipfileRequirements(text(tree, manifest), folder), found);
  else if (/^setup\.(py|cfg)$/.test(name)) found.local.push(folder);
  else if (/\.ya?ml$|\.lock$/.test(name)) throw new Error(`${manifest} is not for pip`);
  else for (const line of logicalLines(text(tree, manifest))) readLine(line, tree, manifest, found, seen);
}

function addAll(from: Requirements, to: Requirements): void {
  to.lines.push(...from.lines);
  to.constraints.push(...from.constraints);
  to.local.push(...from.local);
}

function text(tree: string, manifest: string): string {
  try {
    return readFileSync(join(tree, manifest), 'utf8').replace(/^\uFEFF/, '');
  } catch {
    throw new Error(`${manifest} is missing or cannot be read`);
  }
}

/** Lines as pip sees them: a backslash at the end continues, `#` after a blank or at the beginning is a comment. */
function logicalLines(content: string): string[] {
  return content
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter(Boolean);
}

const INCLUDE = /^(?:-r|--requirement)[\s=]*(\S+)$/;
const CONSTRAIN = /^(?:-c|--constraint)[\s=]*(\S+)$/;
const EDITABLE = /^(?:-e|--editable)[\s=]*(.+)$/;
/** `.`, `./libs/a`, `libs/a[extra]`, `file:./a`: a folder of the project, with its extras. */
const FOLDER = /^(?:file:)?(\.{1,2}(?:\/[^\s[\];]*)?|[\w.-]+(?:\/[^\s[\];]*)+)(?:\[[^\]]*\])?$/;

function readLine(
  line: string,
  tree: string,
  manifest: string,
  found: Requirements,
  seen: Set<string>,
): void {
  const include = INCLUDE.exec(line)?.[1];
  const constrain = CONSTRAIN.exec(line)?.[1];
  const wanted = EDITABLE.exec(line)?.[1]?.trim() ?? line;
  const folder = FOLDER.exec(wanted)?.[1];
  if (include) readManifest(tree, beside(manifest, include), found, seen);
  else if (constrain) found.constraints.push(...logicalLines(text(tree, beside(manifest, constrain))));
  else if (folder && existsSync(join(tree, beside(manifest, folder))))
    addFolder(join(tree, beside(manifest, folder)), found);
  else found.lines.push(wanted);
}

function beside(manifest: string, path: string): string {
  const found = isAbsolute(path) ? path : normalize(join(dirname(manifest), path));
  if (isAbsolute(found) || found.startsWith('..'))
    throw new Error(`${manifest} includes ${path}, which lies outside`);
  return found;
}

/** A folder's own dependencies where its pyproject.toml lists them; its code is already on the import path. */
function addFolder(absoluteFolder: string, found: Requirements): void {
  const manifest = join(absoluteFolder, 'pyproject.toml');
  const own = existsSync(manifest)
    ? projectRequirements(readFileSync(manifest, 'utf8'), absoluteFolder)
    : undefined;
  if (own && own.lines.length > 0) addAll(own, found);
  else found.local.push(absoluteFolder);
}
