import { compare, explain } from '@renovatebot/pep440';
import { type Constraint, readSpecifier } from './specifier.ts';

/**
 * Does a requirement's specifier admit this version? Takes PEP 440 (`>=2.0,<2.1`, `~=2.0.3`) and the forms of Poetry
 * and Pipenv (`^2.0`, `~2.0`, `2.0.*`, `*`, `>=2,<3 || ^4`, a bare version). A pre-release is admitted only where the
 * specifier names one, as with pip. A specifier that cannot be read admits everything; a version that cannot, nothing.
 */
export function allows(specifier: string, version: string): boolean {
  const constraints = readSpecifier(specifier);
  const candidate = explain(version);
  if (!constraints) return true;
  if (!candidate) return false;
  return constraints.some(
    (all) =>
      (!candidate.is_prerelease || all.some(namesPreRelease)) && all.every((one) => admits(one, version)),
  );
}

/** Does the specifier admit any version that is at least `version`? `>=2.0.36` yes, `<2.1` no, `==2.0.*` no, `` yes. */
export function mayBeAtLeast(specifier: string, version: string): boolean {
  return meets(specifier, { operator: '>=', version });
}

/** Does the specifier admit any version below `version`? `>=2.1` no, `^2.0` yes, `` yes. */
export function mayBeBelow(specifier: string, version: string): boolean {
  return meets(specifier, { operator: '<', version });
}

/** Is there any version that both specifiers admit? `>=2.0` and `<1.4` no; what cannot be read admits everything. */
export function admitOneVersion(specifier: string, other: string): boolean {
  const [ones, others] = [readSpecifier(specifier), readSpecifier(other)];
  if (!ones || !others) return true;
  return ones.some((all) => others.some((more) => !isEmpty([...all, ...more].map(intervalOf))));
}

/** Below, the same or above, by PEP 440: -1, 0, 1. Both versions must be readable; else 0. */
export function compareVersions(a: string, b: string): number {
  return explain(a) && explain(b) ? Math.sign(compare(a, b)) : 0;
}

function meets(specifier: string, other: Constraint): boolean {
  const constraints = readSpecifier(specifier);
  if (!constraints) return true;
  return constraints.some((all) => !isEmpty([...all, other].map(intervalOf)));
}

interface Interval {
  lower?: { version: string; inclusive: boolean };
  upper?: { version: string; inclusive: boolean };
}

/** What one constraint leaves of the line of versions. Single points that `!=` and `===` take out are not looked at. */
function intervalOf({ operator, version }: Constraint): Interval {
  const bound = (inclusive: boolean) => ({ version, inclusive });
  if (operator === '>=') return { lower: bound(true) };
  if (operator === '>') return { lower: bound(false) };
  if (operator === '<=') return { upper: bound(true) };
  if (operator === '<') return { upper: bound(false) };
  if (operator === '==.*')
    return { lower: bound(true), upper: { version: nextRelease(version), inclusive: false } };
  if (operator === '==') return { lower: bound(true), upper: bound(true) };
  if (operator === '~=') {
    return {
      lower: bound(true),
      upper: { version: nextRelease(compatiblePrefix(version)), inclusive: false },
    };
  }
  return {};
}

function isEmpty(intervals: Interval[]): boolean {
  const lowers = intervals.flatMap((one) => one.lower ?? []);
  const uppers = intervals.flatMap((one) => one.upper ?? []);
  return lowers.some((lower) =>
    uppers.some((upper) => {
      const order = compare(lower.version, upper.version);
      return order > 0 || (order === 0 && !(lower.inclusive && upper.inclusive));
    }),
  );
}

/** One clause of PEP 440; own code, since the library answers differently for epochs, padding and pre-releases. */
function admits({ operator, version }: Constraint, candidate: string): boolean {
  if (operator === '===') return candidate.trim().toLowerCase() === version.toLowerCase();
  if (operator === '==.*') return startsWith(candidate, version);
  if (operator === '!=.*') return !startsWith(candidate, version);
  if (operator === '~=')
    return order(candidate, version) >= 0 && startsWith(candidate, compatiblePrefix(version));
  if (operator === '==') return order(candidate, version) === 0;
  if (operator === '!=') return order(candidate, version) !== 0;
  if (operator === '>=') return order(candidate, version) >= 0;
  if (operator === '<=') return order(candidate, version) <= 0;
  if (operator === '<') return compare(candidate, version) < 0 && !isPreReleaseOf(candidate, version);
  return (
    compare(candidate, version) > 0 && order(candidate, version) > 0 && !isPostReleaseOf(candidate, version)
  );
}

/** The local part counts only where the specifier has one. */
function order(candidate: string, version: string): number {
  return compare(version.includes('+') ? candidate : (candidate.split('+')[0] ?? candidate), version);
}

/** `<2.1` does not admit 2.1rc1, unless the specifier itself names a pre-release. */
function isPreReleaseOf(candidate: string, version: string): boolean {
  const [one, other] = [explain(candidate), explain(version)];
  return (
    Boolean(one?.is_prerelease) && !other?.is_prerelease && compare(baseOf(candidate), baseOf(version)) === 0
  );
}

/** `>2.1` does not admit 2.1.post1, unless the specifier itself names a post-release. */
function isPostReleaseOf(candidate: string, version: string): boolean {
  const [one, other] = [explain(candidate), explain(version)];
  if (!one?.is_postrelease || other?.is_postrelease) return false;
  return compare(baseOf(candidate) + (one.pre?.join('') ?? ''), version) === 0;
}

function namesPreRelease({ operator, version }: Constraint): boolean {
  return operator !== '!=' && operator !== '!=.*' && Boolean(explain(version)?.is_prerelease);
}

function startsWith(candidate: string, prefix: string): boolean {
  const [one, other] = [explain(candidate), explain(prefix)];
  return (
    one?.epoch === other?.epoch && Boolean(other?.release.every((part, i) => part === (one?.release[i] ?? 0)))
  );
}

function baseOf(version: string): string {
  const found = explain(version);
  return `${found?.epoch ?? 0}!${(found?.release ?? [0]).join('.')}`;
}

/** `2.0.3` → `2.0`: what `~=2.0.3` keeps. */
function compatiblePrefix(version: string): string {
  const found = explain(version);
  return `${found?.epoch ?? 0}!${(found?.release ?? []).slice(0, -1).join('.')}`;
}

/** `2.0` → `2.1`, without suffixes; the pre-releases of the result count as below it. */
function nextRelease(version: string): string {
  const found = explain(version);
  const release = [...(found?.release ?? [0])];
  release.push((release.pop() ?? 0) + 1);
  return `${found?.epoch ?? 0}!${release.join('.')}.dev0`;
}
