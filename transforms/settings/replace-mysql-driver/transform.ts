import type { Backend } from '../../../src/backend/backend.ts';
import { addPackage, packageLine } from '../../../src/backend/javascript/package-edits.ts';
import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import { whySkipped } from '../../../src/backend/skipped.ts';
import type { Transform } from '../../../src/transform.ts';

const MYSQL2 = 'mysql2@^3.14.0';

export default {
  title: 'Require mysql2 instead of mysql',
  why: 'mysql cannot log in to MySQL 8, and TypeORM 1.0 does not load it any more.',
  safety: {
    unsafe: 'mysql2 has the same calls, but acquireTimeout, typeCast, clusters and some column types differ.',
  },
  docs: 'https://github.com/mysqljs/mysql/issues/2390',
  catalogue: ['js-mysql-auth-mode', 'js-typeorm1-mysql-pkg'],
  fixes: [/ER_NOT_SUPPORTED_AUTH_MODE/, /Please install mysql2/],
  detect(backend) {
    if (backend.facts.language !== 'javascript') return [];
    const version = versionsOf(backend);
    const mysql = version('mysql');
    const typeorm = version('typeorm');
    const manifest = backend.facts.manifests[0];
    if (!mysql || !manifest || version('mysql2')) return [];
    const importers = importersOfMysql(backend);
    const imported = importers.length > 0;
    const forTypeorm = typeorm?.is('>=1') ?? false;
    if (!imported && !forTypeorm) return [];
    const line = packageLine(backend, 'mysql');
    const staysFor = importers.find((path) => whySkipped(backend, path) ?? isBroken(backend, path));
    const edits = staysFor ? addPackage(backend, MYSQL2) : line?.replace(MYSQL2);
    const stays = staysFor && edits ? ` mysql stays for ${staysFor}, which is not changed here.` : '';
    return [
      {
        subject: 'mysql',
        at: line?.at ?? { file: manifest, start: 0, end: 0 },
        message: `${
          forTypeorm
            ? `${typeorm?.text} loads mysql2 only, and ${mysql.text} is what package.json requires.`
            : `${mysql.text} cannot log in to MySQL 8 with its default, caching_sha2_password.`
        }${stays}`,
        provides: ['package:mysql2'],
        ...(!imported && { safety: 'safe' as const }),
        ...(edits ? { edits } : { safety: 'report' as const, next: 'npm install mysql2' }),
      },
    ];
  },
} satisfies Transform<'settings'>;

/** Where a file does not parse, nothing in it is changed. */
function isBroken(backend: Backend, path: string): boolean {
  return backend.javascriptDocument(path)?.problem !== undefined;
}

function importersOfMysql({ facts, workspace }: Backend): string[] {
  return facts.files.filter((path) =>
    /(from|require\()\s*['"]mysql['"]/.test(workspace.read(path)?.text ?? ''),
  );
}
