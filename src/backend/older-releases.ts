import { posix } from 'node:path';
import type { PythonDocument } from '../languages/python/document.ts';
import { readManifest } from '../settings/manifest.ts';
import { compareVersions, mayBeBelow } from '../settings/versions.ts';
import type { Backend } from './backend.ts';
import { installedVersionOf } from './installed-version.ts';
import { knownVersionOf } from './package-version.ts';
import { specifierOf } from './specifiers.ts';

/** What a release took away and nothing of the same use replaces: the code that needs it runs on older ones. Read off the wheels of both. */
export const TAKEN_AWAY: { package: string; since: string; names: readonly string[] }[] = [
  {
    package: 'sqlalchemy',
    since: '1.4',
    names: [
      'sqlalchemy.engine.strategies.DefaultEngineStrategy',
      'sqlalchemy.engine.strategies.PlainEngineStrategy',
      'sqlalchemy.engine.strategies.ThreadLocalEngineStrategy',
      'sqlalchemy.engine.threadlocal.TLEngine',
      'sqlalchemy.ext.declarative.clsregistry._class_resolver',
      'sqlalchemy.interfaces.ConnectionProxy',
      'sqlalchemy.interfaces.PoolListener',
      'sqlalchemy.orm.interfaces.AttributeExtension',
      'sqlalchemy.orm.interfaces.MapperExtension',
      'sqlalchemy.orm.interfaces.SessionExtension',
      'sqlalchemy.orm.MapperExtension',
      'sqlalchemy.orm.SessionExtension',
      'sqlalchemy.orm.AttributeExtension',
      'sqlalchemy.orm.session.SessionExtension',
    ],
  },
];

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
  const gone = TAKEN_AWAY.find((one) => one.package === name && one.since === version);
  for (const document of gone ? backend.sources : []) {
    const used = gone?.names.find((each) => uses(document, each));
    if (used) return `${document.path} uses ${used}, which ${name} ${version} has no more`;
  }
  return undefined;
}

function uses(document: PythonDocument, name: string): boolean {
  const [module, last] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
  if (!document.text.includes(last)) return false;
  const isImported = document.bindings.some(
    (one) => one.module === module && one.imported === last && one.guards.every(({ kind }) => kind !== 'try'),
  );
  return isImported || document.attributesNamed(last).some((node) => document.externalName(node) === name);
}
