import type { Range } from './range.ts';

/** One dependency, in the same shape for every kind of manifest. */
export interface Requirement {
  /** The manifest's path. */
  file: string;
  /** `main`, or the name of the extra, group or section it belongs to (`dev`). */
  group: string;
  /** Normalised: `python-jose` also for `Python_Jose`. npm names as they are. */
  name: string;
  /** As written, without the comment; a Poetry entry as `name = value`. */
  text: string;
  extras: string[];
  /** PEP 440, or Poetry's, Pipenv's or npm's own form; `''` where any version will do. */
  specifier: string;
  marker?: string;
  url?: string;
  hashes: string[];
  editable: boolean;
  /** The comment at the end of the line, without `#`. */
  comment?: string;
  line: number;
  /** `line` of a text file, `string` in a TOML array, `entry` of a TOML table, a TOML `table` of its own, `json` entry. */
  style: 'line' | 'string' | 'entry' | 'table' | 'json';
  ranges: {
    /** What `replaceRequirement` replaces: without indentation, quotes, comma and comment. */
    whole: Range;
    name: Range;
    /** With the brackets. */
    extras?: Range;
    /** Without quotes. */
    specifier?: Range;
  };
}

/** PEP 503: one spelling for a distribution's name. */
export function normaliseName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The first requirement of that name, in any group or in one. */
export function findRequirement(
  requirements: readonly Requirement[],
  name: string,
  group?: string,
): Requirement | undefined {
  return requirements.find(
    (one) => one.name === normaliseName(name) && (group === undefined || one.group === group),
  );
}
