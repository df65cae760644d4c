import { posix } from 'node:path';
import type { SourceFile } from '../files/source-file.ts';
import type { Edit, Problem } from '../types.ts';
import { addToPyproject, removeFromToml, replaceInToml } from './manifest-toml.ts';
import { insertPackage, packageEntry, readPackageJson, removePackage } from './package-json.ts';
import { readPipfile } from './pipfile.ts';
import { readPyproject, type TomlManifest } from './pyproject.ts';
import { editAt } from './range.ts';
import type { Requirement } from './requirement.ts';
import { readRequirements } from './requirements.ts';
import {
  addExtraToName,
  insertLineAfter,
  removeLine,
  replaceLine,
  standsAlone,
} from './requirements-edit.ts';
import { readSetupCfg } from './setup-cfg.ts';
import { addExtraToEntry } from './toml-entry.ts';

export interface Manifest {
  path: string;
  kind: 'requirements' | 'pyproject' | 'pipfile' | 'setup.cfg' | 'package.json';
  requirements: Requirement[];
  /** The normalised name of the project that it installs, where it says one. */
  name?: string;
  /** The versions of Python that it is made for, e.g. `>=3.11`. */
  requiresPython?: string;
  /** Paths of the files behind `-r`, or that a build tool reads its list from, relative to the workspace's root. */
  includes: string[];
  /** Paths behind `-c`, likewise. */
  constraints: string[];
  /** The tool that writes this file from another one (`pip-compile`, `uv`): an edit lasts until it runs again. */
  generatedBy?: string;
  problems: Problem[];
}

type File = Pick<SourceFile, 'path' | 'text'>;

/** Files that install a backend, sorted: by name, wherever they are. `requirements*.in` is what pip-compile reads. */
export function manifestFiles(paths: readonly string[]): string[] {
  return paths.filter((path) => kindOf(path) !== undefined).sort();
}

/** Reads a manifest of any kind. What cannot be read is among its problems; it never throws. */
export function readManifest(file: File): Manifest {
  const kind = kindOf(file.path) ?? 'requirements';
  const base = { path: file.path, kind, includes: [], constraints: [] };
  if (kind === 'requirements') return readTextManifest(file, base);
  const { entries, problems, requiresPython, name, includes = [] } = READERS[kind](file);
  return {
    ...base,
    requirements: entries,
    includes: includes.map((path) => besideOf(file.path, path)),
    problems,
    ...(requiresPython !== undefined && { requiresPython }),
    ...(name !== undefined && { name }),
  };
}

const READERS: Record<Exclude<Manifest['kind'], 'requirements'>, (file: File) => TomlManifest> = {
  pyproject: readPyproject,
  pipfile: readPipfile,
  'setup.cfg': readSetupCfg,
  'package.json': readPackageJson,
};

/**
 * Adds a requirement: `asyncpg>=0.29.0`, or `mysql2@^3.0.0` for a package.json. It goes behind `after`, or behind the last of its
 * group (`main`), in the style that is used there. The comment, without `#`, is left out where none can stand. Undefined where
 * it cannot be written: no place for it, a file with hashes (pip refuses one without), a malformed file.
 */
export function addRequirement(
  manifest: Manifest,
  file: File,
  text: string,
  options: { after?: Requirement; group?: string; comment?: string } = {},
): Edit[] | undefined {
  const group = options.after?.group ?? options.group ?? 'main';
  const after = options.after ?? manifest.requirements.findLast((one) => one.group === group);
  if (isHashed(manifest)) return undefined;
  if (manifest.kind === 'package.json') return insertPackage(file, group, options.after, text);
  if (manifest.kind === 'requirements') return insertLineAfter(file, after, text, options.comment);
  if (manifest.kind === 'setup.cfg') {
    const lines = manifest.requirements.filter((one) => one.group === group && standsAlone(file, one));
    const line = after && !lines.includes(after) ? lines.at(-1) : after;
    return line && insertLineAfter(file, line, text);
  }
  return addToPyproject(file, options.after, group, text, options.comment);
}

/**
 * Writes another requirement in the old one's place. Nothing of the old one stays, its marker included; a comment that is given
 * takes the old comment's place, else the old one stays. Undefined where it cannot be written.
 */
export function replaceRequirement(
  file: File,
  requirement: Requirement,
  text: string,
  options: { comment?: string } = {},
): Edit[] | undefined {
  if (requirement.hashes.length > 0) return undefined;
  if (requirement.style === 'line') {
    return replaceLine(
      file,
      requirement,
      text,
      kindOf(file.path) === 'setup.cfg' ? undefined : options.comment,
    );
  }
  if (requirement.style !== 'json') return replaceInToml(file, requirement, text, options.comment);
  const written = packageEntry(file, text);
  return written === undefined ? undefined : [editAt(file, requirement.ranges.whole, written)];
}

/** Adds an extra (`asyncio`): `[]` where it is there already, undefined where it cannot be written. */
export function withExtra(file: File, requirement: Requirement, extra: string): Edit[] | undefined {
  if (requirement.style === 'json') return undefined;
  if (requirement.style === 'entry' || requirement.style === 'table')
    return addExtraToEntry(file, requirement, extra);
  return addExtraToName(file, requirement, extra);
}

/** Takes a requirement away, with its line where it has one of its own. Undefined where it cannot be taken away alone. */
export function removeRequirement(file: File, requirement: Requirement): Edit[] | undefined {
  if (requirement.style === 'line') return removeLine(file, requirement);
  return requirement.style === 'json' ? removePackage(file, requirement) : removeFromToml(file, requirement);
}

function kindOf(path: string): Manifest['kind'] | undefined {
  const name = posix.basename(path);
  if (name === 'pyproject.toml') return 'pyproject';
  if (name === 'Pipfile') return 'pipfile';
  if (name === 'setup.cfg' || name === 'package.json') return name;
  /** What `-c` names installs nothing. */
  if (/(^|[-_.])constraints?[-_.]/.test(name)) return undefined;
  const inFolder = posix.basename(posix.dirname(path)) === 'requirements';
  return (inFolder ? /\.(txt|in)$/ : /^requirements.*\.(txt|in)$|^.*[-_.]requirements\.(txt|in)$/).test(name)
    ? 'requirements'
    : undefined;
}

function readTextManifest(file: File, base: Pick<Manifest, 'path' | 'kind'>): Manifest {
  const { requirements, includes, constraints, problems } = readRequirements(file, groupOfPath(file.path));
  const generatedBy = /^#.*autogenerated by (pip-compile|uv)\b/m.exec(file.text.slice(0, 1000))?.[1];
  return {
    ...base,
    requirements,
    includes: includes.map((path) => besideOf(file.path, path)),
    constraints: constraints.map((path) => besideOf(file.path, path)),
    ...(generatedBy !== undefined && { generatedBy }),
    problems,
  };
}

function besideOf(manifest: string, path: string): string {
  return posix.normalize(posix.join(posix.dirname(manifest), path));
}

/**
 * `requirements.txt`, `base` and `prod` install the backend; `requirements-dev.txt` and `requirements/test.txt` are groups. A file
 * that is no manifest by its name is read since a manifest names it: it is the backend's but for the names of groups.
 */
function groupOfPath(path: string): string {
  const name = posix
    .basename(path)
    .replace(/\.(txt|in)$/, '')
    .replace(/^requirements[-_.]?|[-_.]requirements$/g, '');
  const isGroup = kindOf(path) ? !OF_THE_BACKEND.has(name) : /dev|test|lint|doc|ci\b|tool/i.test(name);
  return isGroup ? name : 'main';
}

const OF_THE_BACKEND = new Set([
  ...['', 'all', 'base', 'main', 'core', 'common', 'default', 'runtime', 'install', 'requirements'],
  ...['prod', 'production', 'app', 'api', 'web', 'server', 'backend', 'db', 'database'],
]);

/** pip refuses a requirement without a hash where another one has some. */
export function isHashed(manifest: Manifest): boolean {
  return manifest.requirements.some((one) => one.hashes.length > 0);
}
