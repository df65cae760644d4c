import { posix } from 'node:path';
import { dirname } from '../languages/python/modules.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import { type SettingsKind, settingsKind, variablesIn } from '../settings/variables.ts';
import { readCompose } from '../settings/yaml.ts';
import type { Place } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import type { UrlLiteral } from './url-sources.ts';

/** A database address written in a file. Start and end are those of the address itself. */
export interface UrlPlace extends Place {
  text: string;
  kind: SettingsKind | 'ini' | 'code';
  variable?: string;
}

/**
 * Files that set variables for a backend: below its root, and in the folders above it; the workflows of the repository where it
 * holds no other backend, and what a compose file names as `env_file`, whatever it is called.
 */
export function settingsFiles(workspace: Workspace, root: string, otherRoots: readonly string[]): string[] {
  const named = workspace.files().filter((path) => {
    const kind = settingsKind(path);
    if (kind === undefined || (kind === 'workflow' && otherRoots.length > 1)) return false;
    const folder = dirname(kind === 'workflow' ? dirname(dirname(path)) : path);
    const above = folder === '' || root === folder || root.startsWith(`${folder}/`);
    const below = root === '' || folder.startsWith(`${root}/`);
    const elsewhere = otherRoots.some((other) => isInside(folder, other) && !isInside(root, other));
    return (above || below) && !elsewhere;
  });
  const behind = named
    .filter((path) => settingsKind(path) === 'compose')
    .flatMap((path) => envFilesOf(workspace, path));
  return [...new Set([...named, ...behind])];
}

/** Paths of a compose file count from its own folder. */
function envFilesOf(workspace: Workspace, compose: string): string[] {
  const file = workspace.read(compose);
  const written = file ? readCompose(file).services.flatMap(({ envFiles }) => envFiles) : [];
  return written
    .map((path) => posix.normalize(posix.join(dirname(compose), path)))
    .filter((path) => workspace.has(path) && settingsKind(path) === undefined);
}

function isInside(folder: string, root: string): boolean {
  return root !== '' && (folder === root || folder.startsWith(`${root}/`));
}

/** Every place in the settings files where a variable is given a database address. Names are compared as pydantic does. */
export function placesOf(workspace: Workspace, files: readonly string[], variable: string): UrlPlace[] {
  return valuesOf(workspace, files, variable).filter(({ text }) => parseDatabaseUrl(text));
}

/** Every place where a variable is given a value, whatever it is. */
export function valuesOf(workspace: Workspace, files: readonly string[], variable: string): UrlPlace[] {
  return files.flatMap((path) => {
    const file = workspace.read(path);
    if (!file) return [];
    const { kind, variables } = variablesIn(file);
    return variables
      .filter(({ name }) => name.toLowerCase() === variable.toLowerCase())
      .map(({ valueRange }) => ({
        file: path,
        ...valueRange,
        text: file.text.slice(valueRange.start, valueRange.end),
        kind,
        variable,
      }));
  });
}

/** The place of an address that stands in the code. */
export function codePlace(literal: UrlLiteral, variable?: string): UrlPlace {
  return {
    file: literal.document.path,
    start: literal.start,
    end: literal.start + literal.text.length,
    text: literal.scheme ? `${literal.text}://` : literal.text,
    kind: 'code',
    ...(variable && { variable }),
  };
}
