import type { Backend } from '../../../src/backend/backend.ts';
import { asyncNames } from '../../../src/backend/mode.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import { sourceOf } from '../../../src/backend/requirement-edits.ts';
import { sqlalchemyMayBe } from '../../../src/backend/sqlalchemy-version.ts';
import { addByHand, addToBoth, compiledAgain } from '../../../src/settings/compiled.ts';
import { withExtra } from '../../../src/settings/manifest.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Require the asyncio extra of SQLAlchemy',
  why: 'SQLAlchemy 2.1 installs greenlet only with [asyncio]; without it every async import fails.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/21/changelog/migration_21.html',
  tasks: ['T005', 'T045'],
  catalogue: ['py-greenlet-missing'],
  fixes: [
    /requires that the Python 'greenlet' library is installed/,
    /greenlet library is required to use this function/,
  ],
  detect(backend) {
    if (
      !sqlalchemyMayBe(backend, '2.1') ||
      backend.requires('greenlet') ||
      !usesAsync(backend) ||
      hasExtra(backend)
    )
      return [];
    const listed = backend
      .requirements('sqlalchemy')
      .filter(({ requirement }) => requirement.group === 'main');
    return listed.length > 0 ? listed.slice(0, 1).map(() => onSqlalchemy(backend)) : besideSqlmodel(backend);
  },
} satisfies Transform<'settings'>;

function usesAsync(backend: Backend): boolean {
  return backend.sources.some((document) => asyncNames(document).length > 0);
}

function hasExtra(backend: Backend): boolean {
  return ['sqlalchemy', 'sqlmodel'].some((name) =>
    backend
      .requirements(name)
      .some(({ requirement }) =>
        requirement.extras.some((extra) =>
          /^(asyncio|aiosqlite|postgresql[_-]asyncpg|aiomysql|asyncmy|aioodbc)$/.test(extra),
        ),
      ),
  );
}

function onSqlalchemy(backend: Backend): Draft {
  const listed = backend.requirements('sqlalchemy').filter(({ requirement }) => requirement.group === 'main');
  const [hashed] = listed.filter(({ requirement }) => requirement.hashes.length > 0);
  const source = hashed && sourceOf(backend, hashed.manifest);
  const isSourced = listed.some(({ manifest }) => manifest.path === source?.path);
  const edits = listed.flatMap(({ manifest, requirement }) => {
    const file = backend.workspace.read(manifest.path);
    const isLocked = requirement.hashes.length > 0;
    return (file && !isLocked && withExtra(file, requirement, 'asyncio')) || [];
  });
  const [first] = listed;
  const at = {
    file: first?.manifest.path ?? '',
    ...(first?.requirement.ranges.whole ?? { start: 0, end: 0 }),
  };
  return {
    subject: 'sqlalchemy',
    at,
    message: `The code imports sqlalchemy.ext.asyncio, and nothing brings greenlet: SQLAlchemy 2.1 (${versionReason(backend, 'sqlalchemy')}) does not.${hashed ? compiledAgain(hashed.manifest, source) : ''}`,
    ...(edits.length === 0 || (hashed && !isSourced)
      ? {
          safety: 'report' as const,
          next: hashed
            ? `Require sqlalchemy[asyncio] where ${hashed.manifest.path} is locked from, and lock its hashes again.`
            : `Write the extra asyncio into the requirement of sqlalchemy in ${at.file}.`,
        }
      : { edits, provides: ['package:greenlet'] }),
  };
}

/** SQLModel brings SQLAlchemy along, without the extra. */
function besideSqlmodel(backend: Backend): Draft[] {
  const [found] = backend.requirements('sqlmodel');
  if (!found) return [];
  const source = sourceOf(backend, found.manifest);
  const edits = addToBoth(backend.workspace, found.manifest, source, 'sqlalchemy[asyncio]>=2.0', [
    'sqlmodel',
  ]);
  return [
    {
      subject: 'sqlalchemy',
      at: { file: found.manifest.path, ...found.requirement.ranges.whole },
      message: `SQLModel brings SQLAlchemy 2.1 (${versionReason(backend, 'sqlalchemy')}) without greenlet, which its async session needs.${compiledAgain(found.manifest, source)}`,
      ...(edits
        ? { edits }
        : { safety: 'report' as const, next: addByHand(found.manifest, 'sqlalchemy[asyncio]') }),
    },
  ];
}
