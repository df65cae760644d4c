import type { Problem } from '../types.ts';
import type { Requirement } from './requirement.ts';
import { admitOneVersion } from './versions.ts';

/** Requirements of one manifest that no version meets: an installer refuses them, and nobody can say which one is meant. */
export function contradictions(requirements: readonly Requirement[]): Problem[] {
  return requirements.flatMap((one, at) => {
    const earlier = requirements.slice(0, at + 1).find((other) => contradict(other, one));
    return earlier ? [problem(earlier, one)] : [];
  });
}

/** True also for one that contradicts itself, `sqlalchemy>=2,<1.4`. */
function contradict(one: Requirement, other: Requirement): boolean {
  const isSame =
    one.style !== 'json' &&
    one.name === other.name &&
    one.group === other.group &&
    one.marker === other.marker;
  return isSame && !one.url && !other.url && !admitOneVersion(one.specifier, other.specifier);
}

function problem(earlier: Requirement, one: Requirement): Problem {
  const both =
    earlier === one ? `"${one.text}"` : `"${earlier.text}" in line ${earlier.line} and "${one.text}"`;
  return {
    file: one.file,
    line: one.line,
    message: `No version of ${one.name} is what ${both} asks for.`,
    next: `Decide for one of them in ${one.file} and run again.`,
  };
}
