import { lineEnding, type SourceFile } from '../files/source-file.ts';
import type { Edit } from '../types.ts';
import { editAt, linesOf } from './range.ts';
import type { Requirement } from './requirement.ts';
import { entriesOf, findEntry, isProblem, readToml, type TomlFile, type TomlValue } from './toml.ts';
import { commentItem, insertString, quote, removeItem } from './toml-array.ts';
import { endOf, entryText, insertEntry, tableAt } from './toml-entry.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

/** Adds a requirement to a pyproject.toml or a Pipfile: into the array or table of `after`, or of the group. */
export function addToPyproject(
  file: File,
  after: Requirement | undefined,
  group: string,
  text: string,
  comment?: string,
): Edit[] | undefined {
  const toml = readToml(file);
  if (isProblem(toml)) return undefined;
  if (after) return addBehind(file, toml, after, text, comment);
  const array = arrayOf(toml, group);
  if (array) return insertString(file, array, array.items?.at(-1), text, comment);
  const table = tablesFor(group)
    .map((path) => tableAt(toml, path))
    .find(Boolean);
  const entry = entryText(text);
  if (table) return entry === undefined ? undefined : insertEntry(file, endOf(table), entry, comment);
  return group === 'main' ? addList(file, toml, text) : undefined;
}

/** Writes another requirement in the place of a string in an array, or of an entry. */
export function replaceInToml(
  file: File,
  requirement: Requirement,
  text: string,
  comment?: string,
): Edit[] | undefined {
  const toml = readToml(file);
  if (isProblem(toml)) return undefined;
  if (requirement.style === 'string') {
    const found = itemAt(toml, requirement);
    if (!found) return undefined;
    const written = editAt(file, found.item.range, quote(file.text, [found.item], text));
    return [written, ...(comment === undefined ? [] : commentItem(file, found.item, comment))];
  }
  const entry = entryText(text);
  if (requirement.style !== 'entry' || entry === undefined) return undefined;
  const end = requirement.ranges.whole.end;
  const old = /^[ \t]*#[^\r\n]*/.exec(file.text.slice(end))?.[0].length ?? 0;
  const edits = [editAt(file, requirement.ranges.whole, entry)];
  if (comment !== undefined) edits.push(editAt(file, { start: end, end: end + old }, `  # ${comment}`));
  return edits;
}

/** Takes a string out of its array, or an entry with its lines. A table of its own is left to a person. */
export function removeFromToml(file: File, requirement: Requirement): Edit[] | undefined {
  const toml = readToml(file);
  if (isProblem(toml) || requirement.style === 'table') return undefined;
  if (requirement.style === 'string') {
    const found = itemAt(toml, requirement);
    return found && removeItem(file, found.array, found.item);
  }
  const { whole } = requirement.ranges;
  const lines = linesOf(file.text).filter((line) => line.end >= whole.start && line.start < whole.end);
  const newline = file.text.indexOf('\n', whole.end);
  return [
    editAt(
      file,
      { start: lines[0]?.start ?? whole.start, end: newline < 0 ? file.text.length : newline + 1 },
      '',
    ),
  ];
}

/** Where the requirements of a group may be listed, the first place that is there wins. */
const arraysFor = (group: string): string[][] =>
  group === 'main'
    ? [['project', 'dependencies']]
    : [
        ['dependency-groups', group],
        ['project', 'optional-dependencies', group],
        ['tool', 'pdm', 'dev-dependencies', group],
        ...(group === 'dev' ? [['tool', 'uv', 'dev-dependencies']] : []),
      ];
const tablesFor = (group: string): string[][] =>
  group === 'main'
    ? [['tool', 'poetry', 'dependencies'], ['packages']]
    : [
        ['tool', 'poetry', 'group', group, 'dependencies'],
        ...(group === 'dev' ? [['tool', 'poetry', 'dev-dependencies'], ['dev-packages']] : [[group]]),
      ];

function arrayOf(toml: TomlFile, group: string): TomlValue | undefined {
  return arraysFor(group)
    .map((path) => findEntry(toml, path)?.value)
    .find((value) => value?.items);
}

function addBehind(
  file: File,
  toml: TomlFile,
  after: Requirement,
  text: string,
  comment?: string,
): Edit[] | undefined {
  if (after.style === 'string') {
    const found = itemAt(toml, after);
    return found && insertString(file, found.array, found.item, text, comment);
  }
  const entry = entryText(text);
  if (entry === undefined) return undefined;
  if (after.style === 'entry') return insertEntry(file, { range: after.ranges.whole }, entry, comment);
  const table = tablesFor(after.group)
    .map((path) => tableAt(toml, path))
    .find(Boolean);
  return table && insertEntry(file, endOf(table), entry, comment);
}

/** A `[project]` that installs nothing yet gets its list; not where a build tool fills it in (`dynamic`). */
function addList(file: File, toml: TomlFile, text: string): Edit[] | undefined {
  const project = tableAt(toml, ['project']);
  const dynamic = findEntry(toml, ['project', 'dynamic'])?.value.value;
  if (!project || (Array.isArray(dynamic) && dynamic.includes('dependencies'))) return undefined;
  const ending = lineEnding(file.text);
  return insertEntry(file, endOf(project), `dependencies = [${ending}    ${JSON.stringify(text)},${ending}]`);
}

function itemAt(toml: TomlFile, requirement: Requirement): { array: TomlValue; item: TomlValue } | undefined {
  const start = requirement.ranges.whole.start - 1;
  for (const entry of entriesOf(toml)) {
    const item = entry.value.items?.find((one) => one.range.start === start);
    if (item) return { array: entry.value, item };
  }
  return undefined;
}
