import { explain } from '@renovatebot/pep440';
import type { Backend, Targets } from '../backend/backend.ts';
import { nearest } from '../plan/id-patterns.ts';
import { normaliseName } from '../settings/requirement.ts';
import { allows } from '../settings/versions.ts';
import { type Finding, FixBackendError, type Plan } from '../types.ts';

/** Packages that come with others, so that no manifest need name them. */
const BROUGHT_ALONG = ['sqlalchemy', 'pydantic', 'starlette', 'greenlet', 'flask'];

/** Reads `--target sqlalchemy==2.1`. Throws FixBackendError (2) for anything else, and for two versions of one package. */
export function readTargets(typed: readonly string[]): Targets {
  const targets: Record<string, string> = {};
  for (const each of typed) {
    const [, name = '', version = ''] =
      /^([A-Za-z0-9][\w.-]*)(?:\[[\w,.-]*\])?\s*==\s*([^\s=]+)$/.exec(each.trim()) ?? [];
    if (name === '') throw wrong(`--target ${each} is not a package and its version.`);
    if (!explain(version)) throw wrong(`--target ${each}: ${version} is no version.`);
    const normal = normaliseName(name);
    const other = targets[normal];
    if (other !== undefined && other !== version)
      throw wrong(`--target names two versions of ${normal}: ${other} and ${version}.`);
    targets[normal] = version;
  }
  return targets;
}

function wrong(message: string): FixBackendError {
  return new FixBackendError(message, {
    next: 'Write it like this:  fix-backend --target sqlalchemy==2.1',
    exitCode: 2,
  });
}

/** Throws FixBackendError (2), with the nearest known name, where no backend has anything to do with a package. */
export function checkTargets(targets: Targets, backends: readonly Backend[]): void {
  const required = backends.flatMap(({ facts }) => Object.keys(facts.requires));
  const known = [...new Set([...BROUGHT_ALONG, ...required])];
  for (const [name, version] of Object.entries(targets)) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new FixBackendError(`--target ${name}==${version}: no backend here requires ${name}.`, {
      next: near
        ? `Did you mean:  fix-backend --target ${near}==${version}`
        : `The required ones: ${[...new Set(required)].sort().slice(0, 12).join(', ')}`,
      exitCode: 2,
    });
  }
}

/** What a person has to know besides the findings: manifests that hold a package back, and packages that no transform asks about. */
export function targetNotices(targets: Targets, backends: readonly Backend[]): string[] {
  return Object.entries(targets).flatMap(([name, version]) => {
    const holding = backends.flatMap((backend) =>
      backend
        .requirements(name)
        .filter(({ requirement }) => !allows(requirement.specifier, version))
        .map(
          ({ manifest, requirement }) =>
            `${manifest.path} requires ${name}${requirement.specifier}: raise it when you upgrade to ${version}.`,
        ),
    );
    const asked = backends.some((backend) => backend.asked.has(name));
    return [
      ...holding,
      ...(asked ? [] : [`No transform knows of anything that ${name} ${version} changes here.`]),
    ];
  });
}

/** The plan with a word at each finding that is there for the targets alone: those that the plan without them has not. */
export function markTargeted(plan: Plan, without: Plan, targets: Targets): Plan {
  const before = new Set(
    [...without.steps.map(({ finding }) => finding), ...without.left.map(({ finding }) => finding)].map(
      ({ key }) => key,
    ),
  );
  const names = Object.entries(targets).map(([name, version]) => `${name}==${version}`);
  const mark = (finding: Finding): Finding =>
    before.has(finding.key) || finding.message.includes('--target')
      ? finding
      : { ...finding, message: `${finding.message} (for --target ${names.join(', ')})` };
  return {
    ...plan,
    steps: plan.steps.map((step) => ({ ...step, finding: mark(step.finding) })),
    left: plan.left.map((left) => ({ ...left, finding: mark(left.finding) })),
  };
}
