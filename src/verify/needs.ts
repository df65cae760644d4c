import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendFacts, VerifyLevel } from '../types.ts';
import type { Seen } from './checks/seen.ts';
import { allowedPython } from './project-tables.ts';
import { type Requirements, readRequirements } from './requirements.ts';

/** What the first manifest installs; for the project's own tests also what its lists for development do, and pytest. */
export function needsOf(
  backend: BackendFacts,
  absoluteCopy: string,
  manifest: string,
  level: VerifyLevel,
): Requirements {
  const needs = readRequirements(absoluteCopy, manifest);
  if (level !== 'tests') return needs;
  const others = backend.manifests.filter((one) => one !== manifest && FOR_TESTS.test(one));
  const more = others.map((one) => readRequirements(absoluteCopy, one));
  const lines = [...needs.lines, ...more.flatMap((one) => one.lines)];
  return {
    lines: lines.some((line) => /^pytest\b/i.test(line)) ? lines : [...lines, 'pytest'],
    constraints: [...needs.constraints, ...more.flatMap((one) => one.constraints)],
    local: [...needs.local, ...more.flatMap((one) => one.local)],
  };
}

const FOR_TESTS = /(^|[/._-])(dev|develop|development|tests?|testing|ci)([._-]|$)[^/]*$/i;

/** The versions of Python that a pyproject.toml among the manifests allows, and which one it is. */
export function allowedBy(backend: BackendFacts, absoluteCopy: string): Pick<Seen, 'allowed' | 'allowedIn'> {
  for (const manifest of backend.manifests.filter((one) => one.endsWith('pyproject.toml'))) {
    try {
      const found = allowedPython(readFileSync(join(absoluteCopy, manifest), 'utf8'));
      if (found) return { allowed: found, allowedIn: manifest };
    } catch {
      // A manifest that cannot be read says why when it is installed.
    }
  }
  return {};
}
