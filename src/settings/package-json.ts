import { lineEnding, type SourceFile } from '../files/source-file.ts';
import type { Edit } from '../types.ts';
import { type JsonValue, jsonAt, readJson } from './json.ts';
import { editAt, problemAt, type Reading } from './range.ts';
import type { Requirement } from './requirement.ts';
import { isProblem } from './toml.ts';

type File = Pick<SourceFile, 'path' | 'text'>;

/** The lists of a package.json and the group that each is. */
const LISTS: Record<string, string> = {
  dependencies: 'main',
  devDependencies: 'dev',
  optionalDependencies: 'optional',
  peerDependencies: 'peer',
};

/** The dependencies of a package.json. `specifier` is npm's own form: `^8.0.0`, `workspace:*`, `latest`. */
export function readPackageJson(file: File): Reading<Requirement> {
  const root = readJson(file);
  if (isProblem(root)) return { entries: [], problems: [root] };
  const reading: Reading<Requirement> = { entries: [], problems: [] };
  for (const [list, group] of Object.entries(LISTS)) {
    for (const { key, keyRange, value } of jsonAt(root, [list])?.entries ?? []) {
      if (typeof value.value !== 'string') {
        reading.problems.push(problemAt(file, value.range.start, `The version of ${key} is no string.`));
        continue;
      }
      reading.entries.push({
        file: file.path,
        group,
        name: key,
        text: `${key}@${value.value}`,
        extras: [],
        specifier: value.value,
        hashes: [],
        editable: false,
        line: file.text.slice(0, keyRange.start).split('\n').length,
        style: 'json',
        ranges: {
          whole: { start: keyRange.start, end: value.range.end },
          name: { start: keyRange.start + 1, end: keyRange.end - 1 },
          specifier: { start: value.range.start + 1, end: value.range.end - 1 },
        },
      });
    }
  }
  return reading;
}

/** `mysql2@^3.0.0` as `"mysql2": "^3.0.0"`, with the blanks that the file puts behind its colons. */
export function packageEntry(file: File, text: string): string | undefined {
  const [, name, range] = /^(@?[^@\s]+)@(.+)$/.exec(text.trim()) ?? [];
  const colon = /"[^"\n]*"(\s*:[ \t]*)"/.exec(file.text)?.[1] ?? ': ';
  return name && range && JSON.stringify(name) + colon + JSON.stringify(range);
}

/**
 * Writes a dependency behind another one, or in alphabetical order where none is given, since npm sorts them. The list is
 * made where the file has none. Undefined for a file that cannot be read.
 */
export function insertPackage(
  file: File,
  group: string,
  after: Requirement | undefined,
  text: string,
): Edit[] | undefined {
  const root = readJson(file);
  const written = packageEntry(file, text);
  if (isProblem(root) || !root.entries || !written) return undefined;
  const list = Object.keys(LISTS).find((name) => LISTS[name] === group);
  const object = list ? jsonAt(root, [list]) : undefined;
  if (object?.entries?.length) {
    const key = JSON.parse(/^"[^"]*"/.exec(written)?.[0] ?? '""');
    const before = after
      ? object.entries.find((one) => one.keyRange.start === after.ranges.whole.start)
      : object.entries.findLast((one) => one.key < key);
    return insertBehind(file, object, before?.value.range.end, written);
  }
  const indent = indentOf(file.text, root);
  const body = `{${lineEnding(file.text)}${indent}${indent}${written}${lineEnding(file.text)}${indent}}`;
  if (object) return [editAt(file, object.range, body)];
  return list
    ? insertBehind(file, root, root.entries.at(-1)?.value.range.end, `"${list}": ${body}`)
    : undefined;
}

/** Takes an entry away with its comma and its line. */
export function removePackage(file: File, requirement: Requirement): Edit[] | undefined {
  const { whole } = requirement.ranges;
  const behind = /^\s*,\s*/.exec(file.text.slice(whole.end));
  if (behind) return [editAt(file, { start: whole.start, end: whole.end + behind[0].length }, '')];
  const before = /,?\s*$/.exec(file.text.slice(0, whole.start))?.[0] ?? '';
  return [
    editAt(file, { start: whole.start - (before.startsWith(',') ? before.length : 0), end: whole.end }, ''),
  ];
}

/** Behind an entry's end, or first; the blanks before the object's first key are used for every new one. */
function insertBehind(
  file: File,
  object: JsonValue,
  end: number | undefined,
  written: string,
): Edit[] | undefined {
  const first = object.entries?.[0]?.keyRange.start;
  if (first === undefined) return undefined;
  const blanks = file.text.slice(object.range.start + 1, first);
  if (end === undefined) return [editAt(file, { start: first, end: first }, `${written},${blanks || ' '}`)];
  return [editAt(file, { start: end, end }, `,${blanks || ' '}${written}`)];
}

function indentOf(text: string, root: JsonValue): string {
  const first = root.entries?.[0]?.keyRange.start ?? root.range.start + 1;
  return /[ \t]*$/.exec(text.slice(root.range.start + 1, first))?.[0] || '  ';
}
