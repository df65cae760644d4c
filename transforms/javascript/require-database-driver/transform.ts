import { addPackage } from '../../../src/backend/javascript/package-edits.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { requiredModule } from '../../../src/languages/javascript/module-names.ts';
import {
  argumentsOf,
  isMember,
  type Node,
  nameOf,
  propertiesOf,
  propertyName,
  propertyOf,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { originOf, type Value, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version, backend }) => {
  const wanted = [...configured(script), ...imported(script)];
  return wanted.flatMap(({ at, by, packages, isUnclear }): Found[] => {
    const [first] = packages;
    const user = version(by);
    if (!first || !user || packages.some((name) => version(name) !== undefined)) return [];
    const range = RANGES[first] ?? '*';
    const edits = backend && !isUnclear && addPackage(backend, `${first}@${range}`);
    const found = {
      subject: first,
      at,
      message: `${user.text} loads ${first} here, and no package.json requires it.`,
    };
    return [
      edits
        ? { ...found, edits, provides: [`package:${first}`] }
        : { ...found, safety: 'report', next: `npm install ${first}` },
    ];
  });
};

export const transform = {
  title: 'Require the database driver that the code loads',
  why: 'Sequelize, Knex, TypeORM and drizzle load their driver by name; where it is not installed the server does not start.',
  safety: 'safe',
  docs: 'https://sequelize.org/docs/v6/getting-started/#installing',
  catalogue: ['js-sequelize-no-dialect', 'js-knex-client', 'js-drizzle-imports'],
  fixes: [
    /Please install (pg|mysql2|sqlite3|tedious|mariadb) package manually/,
    /Knex: run\n?\$ npm install (\S+)/,
    /Cannot find module '(better-sqlite3|pg|mysql2|postgres|sqlite3|tedious)'/,
  ],
  packages: ['sequelize', 'knex', 'typeorm', 'drizzle-orm'],
  literals: ['dialect', 'client:', 'knex', 'Sequelize', 'DataSource', 'drizzle-orm/'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform that only reports: the repair is in package.json. Packages are given as options. */
export default rewriteWith(find, 'report');

const RANGES: Record<string, string> = {
  pg: '^8.16.0', mysql2: '^3.14.0', sqlite3: '^5.1.7', 'better-sqlite3': '^12.0.0', tedious: '^18.6.0', mariadb: '^3.4.0',
  postgres: '^3.4.0', '@libsql/client': '^0.15.0',
}; // biome-ignore format: one table

/** What each library's name of a database loads; several where any of them will do. */
const SEQUELIZE: Record<string, string[]> = {
  postgres: ['pg'], mysql: ['mysql2'], sqlite: ['sqlite3'], mssql: ['tedious'], mariadb: ['mariadb'],
}; // biome-ignore format: one table
const KNEX: Record<string, string[]> = {
  pg: ['pg'], postgres: ['pg'], postgresql: ['pg'], mysql2: ['mysql2'], sqlite3: ['sqlite3'], 'better-sqlite3': ['better-sqlite3'], mssql: ['tedious'],
}; // biome-ignore format: one table
const TYPEORM: Record<string, string[]> = {
  postgres: ['pg'], mysql: ['mysql2', 'mysql'], mariadb: ['mysql2', 'mysql'], 'better-sqlite3': ['better-sqlite3'], mssql: ['mssql'],
}; // biome-ignore format: one table
const DRIZZLE: Record<string, string[]> = {
  'node-postgres': ['pg'], 'postgres-js': ['postgres'], mysql2: ['mysql2'], 'better-sqlite3': ['better-sqlite3'], libsql: ['@libsql/client'],
}; // biome-ignore format: one table

const CONSTRUCTORS: [origin: RegExp, by: string, option: string, table: Record<string, string[]>][] = [
  [/^sequelize(\.Sequelize)?$/, 'sequelize', 'dialect', SEQUELIZE],
  [/^knex(\.knex)?$/, 'knex', 'client', KNEX],
  [/^typeorm\.DataSource$/, 'typeorm', 'type', TYPEORM],
];

interface Wanted {
  at: Node;
  by: string;
  packages: string[];
  /** Each environment loads another one: a person knows which of them are in use. */
  isUnclear?: boolean;
}

function configured(script: Script): Wanted[] {
  return [...script.calls, ...script.all('NewExpression')].flatMap((call): Wanted[] => {
    const last = argumentsOf(call).at(-1);
    const origin = last && originOf(script, (call as unknown as { callee: Node }).callee);
    const known = CONSTRUCTORS.find(([pattern]) => pattern.test(origin ?? ''));
    if (!last || !known) return [];
    const [, by, option, table] = known;
    const named = optionsBehind(script, last).flatMap((one) => {
      const value = propertyOf(one.node, option)?.value as Node | undefined;
      const packages = table[stringValue(value) ?? ''];
      return value && packages ? [{ at: one.script === script ? value : last, packages }] : [];
    });
    const [first] = named;
    const packages = [...new Set(named.flatMap((one) => one.packages))];
    const isUnclear = first !== undefined && packages.length > first.packages.length;
    return first ? [{ at: first.at, by, packages, isUnclear }] : [];
  });
}

/** The object of options, or those of all environments in `require('./knexfile')[process.env.NODE_ENV]`. */
function optionsBehind(script: Script, node: Node): { script: Script; node: Node }[] {
  const chosen = chosenFrom(script, node);
  const value = valueBehind(script, chosen ?? node);
  const at = value && objectOf(value);
  if (!at) return [];
  if (!chosen) return [at];
  return propertiesOf(at.node).flatMap((one) => {
    const each = valueBehind(at.script, one.value as Node);
    return (each && objectOf(each)) ?? [];
  });
}

/** `configs` of `configs[name]`, also by the name of a constant. */
function chosenFrom(script: Script, node: Node): Node | undefined {
  const at = unwrap(node);
  const binding = at.type === 'Identifier' ? script.bindingOf(at) : undefined;
  const { init } = (binding?.declaration ?? {}) as { init?: Node | null };
  const isWhole =
    binding && binding.writes.length === 0 && script.parentOf(binding.identifier) === binding.declaration;
  const member = isWhole && init ? unwrap(init) : at;
  return isMember(member) && propertyName(member) === undefined ? (member.object as Node) : undefined;
}

function objectOf(value: Value): { script: Script; node: Node } | undefined {
  return 'node' in value && value.node.type === 'ObjectExpression' ? value : undefined;
}

function imported(script: Script): Wanted[] {
  const sources = [
    ...script
      .all('ImportDeclaration')
      .filter(({ importKind }) => importKind !== 'type')
      .map(({ source }) => source as Node),
    ...script
      .all('CallExpression')
      .flatMap((call) => (requiredModule(script, call) === undefined ? [] : argumentsOf(call))),
  ];
  return sources.flatMap((at) => {
    const packages = DRIZZLE[/^drizzle-orm\/(.+)$/.exec(nameOf(at) ?? '')?.[1] ?? ''];
    return packages ? [{ at, by: 'drizzle-orm', packages }] : [];
  });
}
