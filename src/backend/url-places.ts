import { dirname } from '../languages/python/modules.ts';
import { parseDatabaseUrl } from '../settings/database-url.ts';
import { readDockerfile } from '../settings/dockerfile.ts';
import { readDotenv } from '../settings/dotenv.ts';
import { type ComposeService, readCompose } from '../settings/yaml.ts';
import type { Place } from '../types.ts';
import type { Workspace } from '../workspace.ts';
import type { UrlLiteral } from './url-sources.ts';

/** A database address written in a file. Start and end are those of the address itself. */
export interface UrlPlace extends Place {
  text: string;
  kind: 'dotenv' | 'compose' | 'dockerfile' | 'ini' | 'code';
  variable?: string;
}

/** Whether a file is a `.env`, an example of one included. */
export function isDotenv(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /^\.env(\..+)?$/.test(name) || /^(env\.example|\w+\.env|example\.env)$/.test(name);
}

function isCompose(path: string): boolean {
  return /(^|\/)(docker-)?compose[^/]*\.ya?ml$/.test(path);
}

/** Files that set variables for a backend: below its root, and in the folders above it. */
export function settingsFiles(workspace: Workspace, root: string, otherRoots: readonly string[]): string[] {
  return workspace.files().filter((path) => {
    if (!isDotenv(path) && !isCompose(path) && !isDockerfile(path)) return false;
    const folder = dirname(path);
    const above = folder === '' || root === folder || root.startsWith(`${folder}/`);
    const below = root === '' || folder.startsWith(`${root}/`);
    const elsewhere = otherRoots.some((other) => isInside(folder, other) && !isInside(root, other));
    return (above || below) && !elsewhere;
  });
}

function isInside(folder: string, root: string): boolean {
  return root !== '' && (folder === root || folder.startsWith(`${root}/`));
}

function isDockerfile(path: string): boolean {
  return /(^|\/)(Dockerfile[^/]*|[^/]*\.Dockerfile)$/.test(path);
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
    const wanted = variable.toLowerCase();
    const found = settingsIn(file).filter((entry) => entry.name.toLowerCase() === wanted);
    return found.map(({ start, end, kind }) => ({
      file: path,
      start,
      end,
      text: file.text.slice(start, end),
      kind,
      variable,
    }));
  });
}

interface Setting {
  name: string;
  start: number;
  end: number;
  kind: UrlPlace['kind'];
}

function settingsIn(file: { path: string; text: string }): Setting[] {
  if (isDotenv(file.path)) {
    return readDotenv(file).map((entry) => ({
      name: entry.name,
      ...entry.valueRange,
      kind: 'dotenv' as const,
    }));
  }
  if (isCompose(file.path)) {
    return ownServices(readCompose(file).services).flatMap((service) =>
      service.environment.map((entry) => ({
        name: entry.name,
        ...entry.valueRange,
        kind: 'compose' as const,
      })),
    );
  }
  return readDockerfile(file).environment.map((entry) => ({
    name: entry.name,
    ...entry.valueRange,
    kind: 'dockerfile' as const,
  }));
}

/** Where some services are built here, the others that only name an image are other people's programs. */
function ownServices(services: ComposeService[]): ComposeService[] {
  const built = services.filter((service) => service.built);
  if (built.length === 0) return services;
  return services.filter(
    (service) =>
      service.built || service.image === undefined || built.some((each) => each.image === service.image),
  );
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
