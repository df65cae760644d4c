import type { SourceFile } from '../files/source-file.ts';
import { entryRequirements } from './poetry.ts';
import type { TomlManifest } from './pyproject.ts';
import { findEntry, isProblem, readToml } from './toml.ts';

/** The requirements of a Pipfile: `[packages]` is `main`, `[dev-packages]` is `dev`, any other table a group of its own name. */
export function readPipfile(file: Pick<SourceFile, 'path' | 'text'>): TomlManifest {
  const toml = readToml(file);
  if (isProblem(toml)) return { entries: [], problems: [toml] };
  const groups: Record<string, string> = { packages: 'main', 'dev-packages': 'dev' };
  const tables = Object.keys(toml.data).filter((name) => !NOT_PACKAGES.has(name));
  const version = findEntry(toml, ['requires', 'python_version'])?.value.value;
  const full = findEntry(toml, ['requires', 'python_full_version'])?.value.value;
  const python =
    typeof full === 'string' ? `==${full}` : typeof version === 'string' ? `==${version}.*` : undefined;
  return {
    entries: tables.flatMap((name) => entryRequirements(file, toml, [name], groups[name] ?? name)),
    problems: [],
    ...(python !== undefined && { requiresPython: python }),
  };
}

/** Tables with another meaning: pipenv.pypa.io, "Pipfile & Pipfile.lock". */
const NOT_PACKAGES = new Set(['source', 'requires', 'scripts', 'pipenv', 'pipfile']);
