import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { isPep508Error, parsePep508 } from './pep508.ts';
import { entryRequirements } from './poetry.ts';
import { problemAt, type Reading } from './range.ts';
import { normaliseName, type Requirement } from './requirement.ts';
import { partsOf } from './requirements.ts';
import {
  charactersOf,
  entriesOf,
  findEntry,
  isProblem,
  readToml,
  type TomlEntry,
  type TomlFile,
  type TomlValue,
} from './toml.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

export interface TomlManifest extends Reading<Requirement> {
  /** PEP 440 for PEP 621, Poetry's form for Poetry, `==3.12.*` for a Pipfile's `python_version`. */
  requiresPython?: string;
  /** Requirements files that a build tool reads the list from, as written. */
  includes?: string[];
  /** The normalised name under which the project itself is required. */
  name?: string;
}

/**
 * The requirements of a pyproject.toml: PEP 621 `dependencies` and `optional-dependencies`, PEP 735 `dependency-groups`,
 * uv's and PDM's development groups, and Poetry's tables. Sources: packaging.python.org, python-poetry.org, docs.astral.sh/uv.
 */
export function readPyproject(file: File): TomlManifest {
  const toml = readToml(file);
  if (isProblem(toml)) return { entries: [], problems: [toml] };
  const entries: Requirement[] = [];
  const problems: Problem[] = [];
  for (const { entry, group } of arraysOf(toml)) {
    for (const item of entry.value.items ?? []) readItem(file, item, group, { entries, problems });
  }
  const poetry = poetryTables(toml).flatMap(([path, group]) => entryRequirements(file, toml, path, group));
  const name = (findEntry(toml, ['project', 'name']) ?? findEntry(toml, ['tool', 'poetry', 'name']))?.value
    .value;
  const python = findEntry(toml, ['project', 'requires-python']) ?? findEntry(toml, [...POETRY, 'python']);
  return {
    entries: [...entries, ...poetry.filter((one) => one.name !== 'python')],
    problems,
    includes: filesOf(findEntry(toml, [...DYNAMIC, 'dependencies', 'file'])),
    ...(typeof python?.value.value === 'string' && { requiresPython: python.value.value }),
    ...(typeof name === 'string' && { name: normaliseName(name) }),
  };
}

/** setuptools reads the list from files: `dependencies = {file = ["requirements.txt"]}`. */
const DYNAMIC = ['tool', 'setuptools', 'dynamic'];

function filesOf(entry: TomlEntry | undefined): string[] {
  return [entry?.value.value ?? []].flat().filter((path): path is string => typeof path === 'string');
}

const POETRY = ['tool', 'poetry', 'dependencies'];

/** Arrays of PEP 508 strings by their place in the file. */
function arraysOf(toml: TomlFile): { entry: TomlEntry; group: string }[] {
  return entriesOf(toml).flatMap((entry) => {
    const group = groupOf(entry.path);
    return group === undefined || !entry.value.items ? [] : [{ entry, group }];
  });
}

function groupOf(path: string[]): string | undefined {
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).join('.');
  if (parent === 'project' && last === 'dependencies') return 'main';
  if (['project.optional-dependencies', 'dependency-groups', 'tool.pdm.dev-dependencies'].includes(parent))
    return last;
  return parent === 'tool.uv' && last === 'dev-dependencies' ? 'dev' : undefined;
}

/** Every table of dependencies that Poetry reads, with its group; `dev-dependencies` is the form before groups. */
function poetryTables(toml: TomlFile): [path: string[], group: string][] {
  const poetry = (toml.data.tool as { poetry?: Record<string, unknown> } | undefined)?.poetry;
  const groups = Object.keys((poetry?.group as Record<string, unknown> | undefined) ?? {});
  return [
    [POETRY, 'main'],
    [['tool', 'poetry', 'dev-dependencies'], 'dev'],
    ...groups.map((group): [string[], string] => [['tool', 'poetry', 'group', group, 'dependencies'], group]),
  ];
}

/** A PEP 735 group may include another, `{include-group = "…"}`: that is no requirement. */
function readItem(file: File, item: TomlValue, group: string, into: Reading<Requirement>): void {
  if (typeof item.value !== 'string') return;
  const characters = charactersOf(file.text, item.range);
  const parsed = parsePep508(item.value);
  if (!characters)
    into.problems.push(
      problemAt(file, item.range.start, 'A requirement in a multi-line string is not read.'),
    );
  else if (isPep508Error(parsed)) {
    into.problems.push(problemAt(file, characters[parsed.offset] ?? item.range.start, parsed.message));
  } else into.entries.push(fromString(file, item, group, parsed, characters));
}

function fromString(
  file: File,
  item: TomlValue,
  group: string,
  parsed: Exclude<ReturnType<typeof parsePep508>, { message: string }>,
  characters: number[],
): Requirement {
  const inText = (range: { start: number; end: number }) => ({
    start: characters[range.start] ?? item.range.start,
    end: characters[range.end] ?? item.range.end - 1,
  });
  const parts = partsOf(parsed, 0, parsed.ranges.whole);
  const { name, extras, specifier } = parts.ranges;
  const comment = commentBehind(file.text, item.range.end);
  return {
    file: file.path,
    group,
    text: item.value as string,
    hashes: [],
    editable: false,
    ...(comment !== undefined && { comment }),
    line: file.text.slice(0, item.range.start).split('\n').length,
    style: 'string',
    ...parts,
    ranges: {
      whole: { start: item.range.start + 1, end: item.range.end - 1 },
      name: inText(name),
      ...(extras && { extras: inText(extras) }),
      ...(specifier && { specifier: inText(specifier) }),
    },
  };
}

/** The comment on the same line behind a value and its comma. */
function commentBehind(text: string, end: number): string | undefined {
  return /^[ \t]*,?[ \t]*#[ \t]*([^\r\n]*)/.exec(text.slice(end))?.[1]?.trimEnd();
}
