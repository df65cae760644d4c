import { posix } from 'node:path';
import { readManifest } from '../settings/manifest.ts';
import { compareVersions, mayBeBelow } from '../settings/versions.ts';
import type { Backend } from './backend.ts';
import { goneUses } from './gone-uses.ts';
import { installedVersionOf } from './installed-version.ts';
import { knownVersionOf } from './package-version.ts';
import { specifierOf } from './specifiers.ts';

/**
 * Why somebody may run a backend on a release of a package below this one, as a whole clause; undefined where nothing speaks for it.
 * A requirement without a lower bound says nothing of old releases: whoever installs it gets the newest.
 */
export function whyOlder(backend: Backend, name: string, version: string): string | undefined {
  const known = answers.get(backend) ?? new Map<string, string | undefined>();
  answers.set(backend, known);
  const key = `${name} ${version}`;
  if (!known.has(key)) known.set(key, searchOlder(backend, name, version));
  return known.get(key);
}

/** Asked for each finding, and for each row that is read. */
const answers = new WeakMap<Backend, Map<string, string | undefined>>();

function searchOlder(backend: Backend, name: string, version: string): string | undefined {
  if (knownVersionOf(backend, name) !== undefined) return undefined;
  return (
    olderRequirement(backend, name, version) ??
    olderConstraint(backend, name, version) ??
    olderInstallation(backend, name, version) ??
    olderCode(backend, name, version)
  );
}

function olderRequirement(backend: Backend, name: string, version: string): string | undefined {
  const specifier = specifierOf(backend, name);
  return specifier && admitsFrom(specifier, version)
    ? `the manifests ask for ${name} ${specifier}`
    : undefined;
}

/** True where a specifier begins below the version: `>=1.1` does for 1.4, `<3` names no release to begin with. */
function admitsFrom(specifier: string, version: string): boolean {
  return mayBeBelow(specifier, version) && !mayBeBelow(specifier, '0.0.1');
}

/** OpenStack's `lower-constraints.txt` holds the oldest releases that its tests are run with (docs.openstack.org/project-team-guide/dependency-management.html). */
function olderConstraint(backend: Backend, name: string, version: string): string | undefined {
  const path = posix.join(backend.facts.root, 'lower-constraints.txt');
  const file = backend.workspace.read(path);
  const pinned = file && readManifest(file).requirements.find((one) => one.name === name);
  return pinned && admitsFrom(pinned.specifier, version)
    ? `${path} is for ${name} ${pinned.specifier}`
    : undefined;
}

function olderInstallation(backend: Backend, name: string, version: string): string | undefined {
  const installed = installedVersionOf(backend, name);
  return installed && compareVersions(installed.version, version) < 0
    ? `${installed.source} has ${name} ${installed.version}`
    : undefined;
}

function olderCode(backend: Backend, name: string, version: string): string | undefined {
  for (const document of backend.sources) {
    const use = goneUses(document).find(
      (each) => each.package === name && compareVersions(each.since, version) <= 0,
    );
    if (use) return `${document.path} uses ${use.name}, which ${name} ${use.since} has no more`;
  }
  return undefined;
}
