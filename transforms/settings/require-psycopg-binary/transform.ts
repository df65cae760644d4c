import type { Backend } from '../../../src/backend/backend.ts';
import { driversInUse } from '../../../src/backend/packages.ts';
import { bringsLibpq, dockerfilesOf } from '../../../src/backend/requirement-edits.ts';
import { withExtra } from '../../../src/settings/manifest.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Require psycopg with its library',
  why: 'psycopg alone looks for libpq on the machine and cannot be imported where there is none; [binary] brings it.',
  safety: 'safe',
  docs: 'https://www.psycopg.org/psycopg3/docs/basic/install.html',
  catalogue: ['py-psycopg-no-pq'],
  fixes: [/no pq wrapper available/],
  detect(backend) {
    if (hasLibrary(backend) || isLeftOver(backend)) return [];
    return backend
      .requirements('psycopg')
      .filter(({ requirement }) => requirement.group === 'main')
      .flatMap(({ manifest, requirement }) => {
        const file = backend.workspace.read(manifest.path);
        const edits =
          file && requirement.hashes.length === 0 && !manifest.generatedBy
            ? withExtra(file, requirement, 'binary')
            : undefined;
        return [
          {
            subject: manifest.path,
            at: { file: manifest.path, ...requirement.ranges.whole },
            message: 'psycopg is required without the library that it speaks to PostgreSQL with.',
            ...(edits
              ? { edits }
              : {
                  safety: 'report' as const,
                  next: `Require psycopg[binary] where ${manifest.path} is made from, and lock it again.`,
                }),
          },
        ];
      });
  },
} satisfies Transform<'settings'>;

/** An extra or a package of its own, or an image that has libpq. */
function hasLibrary(backend: Backend): boolean {
  const extras = backend.requirements('psycopg').flatMap(({ requirement }) => requirement.extras);
  return (
    extras.some((extra) => extra === 'binary' || extra === 'c') ||
    ['psycopg-binary', 'psycopg-c', 'psycopg2', 'psycopg2-binary'].some((name) => backend.requires(name)) ||
    dockerfilesOf(backend).some(bringsLibpq)
  );
}

/** Required, but never imported: no code asks for psycopg by its name, and what it speaks to PostgreSQL with is another driver. */
function isLeftOver(backend: Backend): boolean {
  if (backend.documents.some(({ text }) => /\bpsycopg\b/.test(text))) return false;
  const drivers = driversInUse(backend).filter(({ dialect }) => dialect === 'postgresql');
  return drivers.length > 0
    ? !drivers.some(({ driver }) => driver === 'psycopg')
    : backend.documents.some(({ text }) => /\b(asyncpg|pg8000)\b/.test(text));
}
