import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { Versions } from '../../../src/backend/javascript/versions.ts';
import { objectOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  isPlainObject,
  type Node,
  propertyOf,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const UNSAFE = { unsafe: 'The dialect is taken from the driver that package.json requires.' };

const find: Find = ({ script, version }) => {
  const sequelize = version('sequelize');
  if (!sequelize?.is('>=4')) return [];
  return script.all('NewExpression').flatMap((made): Found[] => {
    if (
      !/^sequelize(\.Sequelize)?$/.test(originOf(script, made.callee as Node) ?? '') ||
      !lacksDialect(argumentsOf(made))
    )
      return [];
    const found = {
      subject: 'dialect',
      at: made,
      message: `${sequelize.text} is told no dialect, and guesses none.`,
    };
    const dialect = dialectOf(version);
    if (!dialect)
      return [
        {
          ...found,
          safety: 'report',
          next: "Write dialect: 'postgres', or the one of your database, into the options.",
        },
      ];
    return [{ ...found, repair: (j) => addDialect(j, made, dialect) }];
  });
};

export const transform = {
  title: 'Tell Sequelize the dialect',
  why: 'Since version 4 Sequelize throws where neither an address nor the options name the database.',
  safety: UNSAFE,
  docs: 'https://sequelize.org/docs/v6/getting-started/#connecting-to-a-database',
  catalogue: ['js-sequelize-no-dialect'],
  fixes: [/Dialect needs to be explicitly supplied as of v4\.0\.0/],
  packages: ['sequelize'],
  literals: ['sequelize'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. The driver is given as an option: `--pg=8`. */
export default rewriteWith(find, UNSAFE);

const DIALECTS: Record<string, string> = {
  pg: 'postgres', mysql2: 'mysql', mariadb: 'mariadb', sqlite3: 'sqlite', tedious: 'mssql', oracledb: 'oracle',
}; // biome-ignore format: one table

function dialectOf(version: Versions): string | undefined {
  const installed = Object.keys(DIALECTS).filter((name) => version(name) !== undefined);
  return installed.length === 1 ? DIALECTS[installed[0] ?? ''] : undefined;
}

/** `new Sequelize(database, user, password)` and `new Sequelize({ … })` whose options can be seen whole. */
function lacksDialect(given: Node[]): boolean {
  if (given.some(({ type }) => type === 'SpreadElement')) return false;
  const last = given.at(-1);
  const options = last && unwrap(last);
  if (given.length === 1 || given.length === 4)
    return isPlainObject(options) && !propertyOf(options, 'dialect') && !propertyOf(options, 'uri');
  const [first] = given;
  return (
    given.length === 3 && !options?.type.startsWith('Object') && !(stringValue(first) ?? '').includes('://')
  );
}

function addDialect(j: JSCodeshift, made: Node, dialect: string): void {
  const given = argumentsOf(made);
  const last = given.at(-1);
  const options = last && unwrap(last);
  const value = j.stringLiteral(dialect);
  if (isPlainObject(options)) options.properties.push(j.objectProperty(j.identifier('dialect'), value));
  else (made as unknown as { arguments: Node[] }).arguments.push(objectOf(j, [['dialect', value as Node]]));
}
