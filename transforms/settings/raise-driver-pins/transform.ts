import type { Backend } from '../../../src/backend/backend.ts';
import { knownVersionOf } from '../../../src/backend/package-version.ts';
import { withSpecifier } from '../../../src/backend/requirement-edits.ts';
import type { Manifest } from '../../../src/settings/manifest.ts';
import { oldestPython } from '../../../src/settings/python-version.ts';
import type { Requirement } from '../../../src/settings/requirement.ts';
import { compareVersions, mayBeAtLeast } from '../../../src/settings/versions.ts';
import { firstWithWheel } from '../../../src/settings/wheels.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Raise the pins that have no wheel for this Python',
  why: 'Without a wheel the installation compiles the package, which fails where there is no compiler or no pg_config.',
  safety: 'safe',
  docs: 'https://pypi.org/project/psycopg2-binary/#files',
  tasks: ['T004'],
  catalogue: ['py-old-driver-pin-no-wheel'],
  fixes: [
    /pg_config executable not found/,
    /Failed (to build|building wheel for) .*(psycopg2|asyncpg|greenlet)/,
    /Could not build wheels for (psycopg2|asyncpg|greenlet)/,
  ],
  detect(backend) {
    const python = oldestPython(backend.workspace, backend.facts.root, backend.manifests);
    if (!python) return [];
    return ['psycopg2-binary', 'asyncpg', 'greenlet'].flatMap((name) => {
      const first = firstWithWheel(name, python.version);
      if (first === undefined) return [];
      const pinned = backend
        .requirements(name)
        .filter(({ requirement }) => !mayBeAtLeast(requirement.specifier, first));
      const drafts = pinned.map((each) => draft(backend, each, first, python));
      return drafts.length > 0 ? drafts : locked(backend, name, first, python);
    });
  },
} satisfies Transform<'settings'>;

interface Python {
  version: string;
  source: string;
}

function draft(
  backend: Backend,
  { manifest, requirement }: { manifest: Manifest; requirement: Requirement },
  first: string,
  python: Python,
): Draft {
  const file = backend.workspace.read(manifest.path);
  const exact = /^={2,3}/.test(requirement.specifier.trim());
  const bare = /^\d/.test(requirement.specifier.trim());
  const specifier = exact ? `==${first}` : bare ? first : `>=${first}`;
  const edits = file && !manifest.generatedBy ? withSpecifier(file, requirement, specifier) : undefined;
  const { name } = requirement;
  return {
    subject: `${manifest.path} ${name}`,
    at: { file: manifest.path, ...requirement.ranges.whole },
    message: `${requirement.text} has no wheel for Python ${python.version}, which ${python.source} asks for; ${first} is the first that has one.`,
    ...(edits
      ? { edits }
      : {
          safety: 'report' as const,
          next: `Raise ${name} to ${first} where ${manifest.path} is made from, and lock it again.`,
        }),
    ...(edits &&
      isFar(requirement.specifier, first) && { safety: { unsafe: `${name} changes by more than a patch` } }),
  };
}

/** Another major version, or more than two minor ones. */
function isFar(specifier: string, first: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(specifier) ?? [];
  const [wantedMajor = 0, wantedMinor = 0] = first.split('.').map(Number);
  return Number(major) !== wantedMajor || wantedMinor - Number(minor) > 2;
}

/** The manifest lets a newer one in, and the lock holds the old one. */
function locked(backend: Backend, name: string, first: string, python: Python): Draft[] {
  const version = knownVersionOf(backend, name);
  const manifest = backend.facts.manifests[0];
  if (!version || !manifest || compareVersions(version, first) >= 0) return [];
  return [
    {
      subject: `lock ${name}`,
      at: { file: manifest, start: 0, end: 0 },
      message: `The lock holds ${name} ${version}, which has no wheel for Python ${python.version}, which ${python.source} asks for.`,
      safety: 'report',
      next: `Lock ${name} again at ${first} or later:  uv lock --upgrade-package ${name}  or  poetry update ${name}`,
    },
  ];
}
