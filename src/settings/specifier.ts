import { explain } from '@renovatebot/pep440';

export interface Constraint {
  operator: '===' | '~=' | '==' | '==.*' | '!=' | '!=.*' | '<=' | '>=' | '<' | '>';
  /** Without `.*`. */
  version: string;
}

const CLAUSE = /^(===|~=|==|!=|<=|>=|<|>|\^|~|)\s*(.+)$/;

/**
 * Reads a specifier as alternatives of constraints that all hold. `''` and `*` are one alternative without constraints.
 * Takes PEP 440 and the constraints of Poetry (python-poetry.org/docs/dependency-specification) and Pipenv.
 * Returns undefined for anything else.
 */
export function readSpecifier(specifier: string): Constraint[][] | undefined {
  const alternatives = specifier.split(/\|\|?/).map(readAll);
  return alternatives.every((all) => all !== undefined) ? (alternatives as Constraint[][]) : undefined;
}

function readAll(text: string): Constraint[] | undefined {
  const clauses = clausesOf(text);
  const read = clauses.map(readOne);
  return read.every((one) => one !== undefined) ? (read as Constraint[][]).flat() : undefined;
}

/** Clauses are parted by commas, in Poetry by blanks too; a blank behind an operator parts nothing. */
function clausesOf(text: string): string[] {
  return text
    .trim()
    .replace(/^\(([^()]*)\)$/, '$1')
    .replace(/([=<>~^!])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((clause) => clause !== '');
}

function readOne(clause: string): Constraint[] | undefined {
  const [, sign = '', rest = ''] = CLAUSE.exec(clause) ?? [];
  if (rest === '*') return sign === '' || sign === '==' ? [] : undefined;
  if (sign === '===') return [{ operator: '===', version: rest }];
  const starred = rest.endsWith('.*');
  const version = starred ? rest.slice(0, -2) : rest;
  if (!explain(version) || (starred && !['', '==', '!='].includes(sign))) return undefined;
  if (sign === '^') return between(version, caretLimit(version));
  if (sign === '~') return between(version, tildeLimit(version));
  if (sign === '~=' && (explain(version)?.release.length ?? 0) < 2) return undefined;
  return [{ operator: `${sign || '=='}${starred ? '.*' : ''}` as Constraint['operator'], version }];
}

function between(version: string, limit: string): Constraint[] {
  return [
    { operator: '>=', version },
    { operator: '<', version: limit },
  ];
}

/** The leftmost part that is not zero may not change; `^0.0` allows 0.0.x, `^0` allows 0.x. */
function caretLimit(version: string): string {
  const { epoch, release } = partsOf(version);
  const found = release.findIndex((part) => part !== 0);
  const kept = found < 0 ? release.length - 1 : found;
  return `${epoch}!${[...release.slice(0, kept), (release[kept] ?? 0) + 1].join('.')}`;
}

/** `~2.0.3` and `~2.0` allow 2.0.x, `~2` allows 2.x. */
function tildeLimit(version: string): string {
  const { epoch, release } = partsOf(version);
  const [major = 0, minor] = release;
  return `${epoch}!${minor === undefined ? major + 1 : `${major}.${minor + 1}`}`;
}

function partsOf(version: string): { epoch: number; release: number[] } {
  const found = explain(version);
  return { epoch: found?.epoch ?? 0, release: found?.release ?? [0] };
}
