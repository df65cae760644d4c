import type { SourceFile } from '../files/source-file.ts';
import { normaliseName, type Requirement } from './requirement.ts';
import type { TomlEntry, TomlFile, TomlValue } from './toml.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

/**
 * The requirements of one table whose keys are packages: Poetry's and Pipenv's way. A value is a version, an inline table
 * (`{version = "^2", extras = ["asyncio"]}`), a table of its own, or a list of tables for several platforms.
 */
export function entryRequirements(
  file: File,
  toml: TomlFile,
  path: readonly string[],
  group: string,
): Requirement[] {
  const prefix = path.join('\0');
  const groupOf = (name: string | undefined, fields: readonly TomlEntry[]) =>
    field(fields, 'optional')?.value === true ? (extraWith(toml, name ?? '') ?? 'optional') : group;
  const direct = toml.tables
    .flatMap((table) => table.entries)
    .filter((entry) => entry.path.length === path.length + 1 && startsWith(entry.path, prefix))
    .map((entry) => fromEntry(file, entry, groupOf(entry.path.at(-1), entry.value.entries ?? [])));
  const tables = toml.tables
    .filter((table) => table.path.length === path.length + 1 && startsWith(table.path, prefix))
    .map((table) => fromTable(file, table, groupOf(table.path.at(-1), table.entries)));
  return [...direct, ...tables];
}

/** Poetry installs what is `optional` with the extra that lists it, and nobody without. */
function extraWith(toml: TomlFile, name: string): string | undefined {
  const lists = toml.tables
    .flatMap((table) => table.entries)
    .filter(({ path }) => path.length === 4 && startsWith(path, 'tool\0poetry\0extras'));
  const found = lists.find(({ value }) =>
    value.items?.some((item) => normaliseName(String(item.value)) === normaliseName(name)),
  );
  return found?.path.at(-1);
}

function startsWith(path: readonly string[], prefix: string): boolean {
  return path.slice(0, -1).join('\0') === prefix;
}

function fromEntry(file: File, entry: TomlEntry, group: string): Requirement {
  const { value } = entry;
  const first = value.items?.find((item) => item.entries)?.entries ?? value.entries ?? [];
  const version = typeof value.value === 'string' ? value : field(first, 'version');
  const versions = (value.items ?? []).map((item) => stringOf(field(item.entries ?? [], 'version')) ?? '*');
  const comment = /^[ \t]*#[ \t]*([^\r\n]*)/.exec(file.text.slice(entry.range.end))?.[1]?.trimEnd();
  return {
    ...described(file, entry.path, group, first),
    text: file.text.slice(entry.range.start, entry.range.end),
    specifier: versions.length > 0 ? versions.join(' || ') : unstarred(stringOf(version)),
    ...(comment !== undefined && { comment }),
    line: entry.line,
    style: 'entry',
    ranges: {
      whole: entry.range,
      name: entry.key,
      ...extrasRange(first),
      ...(version && versions.length === 0 && { specifier: inside(version) }),
    },
  };
}

/** `[tool.poetry.dependencies.sqlalchemy]` with `version` and `extras` below it. */
function fromTable(file: File, table: TomlFile['tables'][number], group: string): Requirement {
  const version = field(table.entries, 'version');
  return {
    ...described(file, table.path, group, table.entries),
    text: file.text.slice(table.header.start, table.entries.at(-1)?.range.end ?? table.header.end),
    specifier: unstarred(stringOf(version)),
    line: file.text.slice(0, table.header.start).split('\n').length,
    style: 'table',
    ranges: {
      whole: { start: table.header.start, end: table.entries.at(-1)?.range.end ?? table.header.end },
      name: table.header,
      ...extrasRange(table.entries),
      ...(version && { specifier: inside(version) }),
    },
  };
}

function described(file: File, path: string[], group: string, fields: TomlEntry[]) {
  const marker = stringOf(field(fields, 'markers'));
  const url = ['git', 'url', 'path', 'file'].map((name) => stringOf(field(fields, name))).find(Boolean);
  const extras = field(fields, 'extras')?.items ?? [];
  return {
    file: file.path,
    group,
    name: normaliseName(path.at(-1) ?? ''),
    extras: extras.flatMap((item) => stringOf(item) ?? []),
    ...(marker !== undefined && { marker }),
    ...(url !== undefined && { url }),
    hashes: [],
    editable: ['develop', 'editable'].some((name) => field(fields, name)?.value === true),
  };
}

function field(entries: readonly TomlEntry[], name: string): TomlValue | undefined {
  return entries.find((entry) => entry.path.at(-1) === name)?.value;
}

function stringOf(value: TomlValue | undefined): string | undefined {
  return typeof value?.value === 'string' ? value.value : undefined;
}

function extrasRange(fields: readonly TomlEntry[]) {
  const extras = field(fields, 'extras');
  return extras && { extras: extras.range };
}

function inside({ range }: TomlValue) {
  return { start: range.start + 1, end: range.end - 1 };
}

/** `*` is any version. */
function unstarred(specifier: string | undefined): string {
  return specifier === undefined || specifier === '*' ? '' : specifier;
}
