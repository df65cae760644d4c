import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { importsOf, requiresOf } from '../../../src/languages/javascript/imports.ts';
import { argumentsOf, type Node } from '../../../src/languages/javascript/nodes.ts';
import { replace } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = {
  unsafe: 'mysql2 has the same calls, but acquireTimeout, typeCast, clusters and some column types differ.',
};

const find: Find = ({ script, version }) => {
  const mysql = version('mysql');
  const mysql2 = version('mysql2');
  if (!mysql && !mysql2) return [];
  const sources = [
    ...importsOf(script, 'mysql').map(({ source }) => source as Node),
    ...requiresOf(script, 'mysql').flatMap((call) => argumentsOf(call)),
  ];
  const [first] = sources;
  if (!first) return [];
  const found: Found = {
    subject: 'mysql',
    at: first,
    message: `${mysql?.text ?? 'mysql'} cannot log in to MySQL 8 with its default, caching_sha2_password; mysql2 can.`,
    ...(!mysql2 && { needs: ['package:mysql2'] }),
    repair: (j) => {
      for (const one of sources) replace(script, one, j.stringLiteral('mysql2') as Node);
    },
  };
  return [found];
};

export const transform = {
  title: 'Import mysql2 instead of mysql',
  why: 'mysql knows no login method of MySQL 8, so connecting fails with ER_NOT_SUPPORTED_AUTH_MODE.',
  safety: UNSAFE,
  docs: 'https://github.com/mysqljs/mysql/issues/2390',
  catalogue: ['js-mysql-auth-mode'],
  fixes: [/ER_NOT_SUPPORTED_AUTH_MODE/],
  packages: ['mysql', 'mysql2'],
  literals: ["'mysql'", '"mysql"'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. The package is changed by settings/replace-mysql-driver. */
export default rewriteWith(find, UNSAFE);
