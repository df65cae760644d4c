import type { Backend } from '../../../src/backend/backend.ts';
import { isBelow, mayBeFrom } from '../../../src/backend/package-version.ts';
import { driversInUse } from '../../../src/backend/packages.ts';
import { withSpecifier } from '../../../src/backend/requirement-edits.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Keep aiosqlite below 0.22 with this SQLAlchemy',
  why: 'aiosqlite 0.22 no longer ends its thread with the program, and SQLAlchemy 2.0.38 to 2.0.45 do not know it: the process hangs when it should end.',
  safety: { unsafe: 'an older aiosqlite is installed; a SQLAlchemy from 2.0.46 on works with the newest' },
  docs: 'https://github.com/omnilib/aiosqlite/issues/369',
  catalogue: ['py-aiosqlite-022-hang'],
  fixes: [/'Connection' object has no attribute '(is_alive|daemon)'/],
  detect(backend) {
    if (!isAffected(backend)) return [];
    return backend
      .requirements('aiosqlite')
      .filter(({ requirement }) => requirement.group === 'main')
      .slice(0, 1)
      .flatMap(({ manifest, requirement }) => {
        const file = backend.workspace.read(manifest.path);
        const { specifier } = requirement;
        const limited = /^(>=?[^,]*)?$/.test(specifier) ? `${specifier}${specifier && ','}<0.22` : undefined;
        const edits =
          file && limited && !manifest.generatedBy ? withSpecifier(file, requirement, limited) : undefined;
        return [
          {
            subject: 'aiosqlite',
            at: { file: manifest.path, ...requirement.ranges.whole },
            message: 'aiosqlite 0.22 or later comes with a SQLAlchemy that does not end its threads.',
            ...(edits
              ? { edits }
              : { safety: 'report' as const, next: 'Require sqlalchemy>=2.0.46, or aiosqlite<0.22.' }),
          },
        ];
      });
  },
} satisfies Transform<'settings'>;

/** Measured with aiosqlite 0.22.1: 2.0.38 to 2.0.45 hang at the end of a program that does not dispose of its engine. */
function isAffected(backend: Backend): boolean {
  return (
    backend.requires('aiosqlite') &&
    mayBeFrom(backend, 'aiosqlite', '0.22') &&
    backend.requires('sqlalchemy') &&
    mayBeFrom(backend, 'sqlalchemy', '2.0.38') &&
    isBelow(backend, 'sqlalchemy', '2.0.46') &&
    driversInUse(backend).some(({ driver }) => driver === 'aiosqlite') &&
    !backend.sources.some(({ text }) => /\.dispose\(/.test(text))
  );
}
