import type { SourceFile } from '../files/source-file.ts';
import type { Edit } from '../types.ts';
import { isPep508Error, parsePep508 } from './pep508.ts';
import { editAt, endingAt, linesOf } from './range.ts';
import type { Requirement } from './requirement.ts';
import { isProblem, readToml, type TomlFile, type TomlTable, type TomlValue } from './toml.ts';
import { insertString } from './toml-array.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

/** Adds an extra to a Poetry or Pipenv entry; a bare version becomes an inline table. Undefined for a list of tables. */
export function addExtraToEntry(file: File, requirement: Requirement, extra: string): Edit[] | undefined {
  if (requirement.extras.includes(extra)) return [];
  const toml = readToml(file);
  if (isProblem(toml)) return undefined;
  const { start } = requirement.ranges.whole;
  if (requirement.style === 'table') {
    const table = toml.tables.find((one) => one.header.start === start);
    return table && addToTable(file, table, extra);
  }
  const entry = toml.tables.flatMap((table) => table.entries).find((one) => one.range.start === start);
  return entry && addToValue(file, entry.value, extra);
}

/**
 * A requirement of PEP 508 as an entry: `asyncpg = ">=0.29"`, or an inline table where it has extras or a marker.
 * Undefined for one with an address, and for what is no requirement.
 */
export function entryText(requirement: string): string | undefined {
  const parsed = parsePep508(requirement);
  if (isPep508Error(parsed) || parsed.url !== undefined) return undefined;
  const key = /^[\w-]+$/.test(parsed.name) ? parsed.name : JSON.stringify(parsed.name);
  const version = JSON.stringify(parsed.specifier || '*');
  const extras =
    parsed.extras.length > 0
      ? `, extras = [${parsed.extras.map((one) => JSON.stringify(one)).join(', ')}]`
      : '';
  const marker = parsed.marker ? `, markers = ${JSON.stringify(parsed.marker)}` : '';
  return `${key} = ${extras || marker ? `{version = ${version}${extras}${marker}}` : version}`;
}

/** Writes an entry on a line of its own behind another one, or behind the last one of a table, or behind its header. */
export function insertEntry(
  file: File,
  after: { range: { end: number } },
  text: string,
  comment?: string,
): Edit[] {
  const line = linesOf(file.text).find((one) => one.end >= after.range.end);
  const at = line?.end ?? file.text.length;
  const indent = /^[ \t]*/.exec(line?.text ?? '')?.[0] ?? '';
  const written = endingAt(file.text, at) + indent + text + (comment === undefined ? '' : `  # ${comment}`);
  return [editAt(file, { start: at, end: at }, written)];
}

/** The entry that an insertion into a table follows: its last, or its header where it has none. */
export function endOf(table: TomlTable): { range: { end: number } } {
  return table.entries.at(-1) ?? { range: table.header };
}

export function tableAt(toml: TomlFile, path: readonly string[]): TomlTable | undefined {
  return toml.tables.find((table) => table.path.join('\0') === path.join('\0') && table.header.end > 0);
}

function addToTable(file: File, table: TomlTable, extra: string): Edit[] | undefined {
  const extras = table.entries.find((entry) => entry.path.at(-1) === 'extras');
  if (extras) return addToArray(file, extras.value, extra);
  return insertEntry(file, endOf(table), `extras = [${JSON.stringify(extra)}]`);
}

function addToValue(file: File, value: TomlValue, extra: string): Edit[] | undefined {
  const written = file.text.slice(value.range.start, value.range.end);
  if (typeof value.value === 'string') {
    return [editAt(file, value.range, `{version = ${written}, extras = [${JSON.stringify(extra)}]}`)];
  }
  const last = value.entries?.at(-1);
  const extras = value.entries?.find((entry) => entry.path.at(-1) === 'extras');
  if (extras) return addToArray(file, extras.value, extra);
  if (!last) return undefined;
  const equals = file.text.slice(last.key.end, last.value.range.start);
  return [
    editAt(
      file,
      { start: last.range.end, end: last.range.end },
      `, extras${equals}[${JSON.stringify(extra)}]`,
    ),
  ];
}

function addToArray(file: File, array: TomlValue, extra: string): Edit[] | undefined {
  return array.items ? insertString(file, array, array.items.at(-1), extra) : undefined;
}
