import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { Versions } from '../../../src/backend/javascript/versions.ts';
import { requiredModule } from '../../../src/languages/javascript/module-names.ts';
import { argumentsOf, type Node, nameOf } from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const drizzle = version('drizzle-orm');
  if (!drizzle) return [];
  return sources(script).flatMap(({ source, names }): Found[] => {
    const module = nameOf(source) ?? '';
    const wrong = Object.hasOwn(WRONG, module) ? WRONG[module] : undefined;
    if (!wrong) return [];
    const to = names.length > 0 && !names.includes('drizzle') ? wrong.core : driverOf(wrong.drivers, version);
    const found = {
      subject: module,
      at: source,
      message: `${drizzle.text} has no ${module}${to ? `; it is ${to}` : ''}.`,
    };
    if (!to)
      return [
        {
          ...found,
          safety: 'report',
          next: `Import from one of ${Object.values(wrong.drivers).join(', ')}, by the driver that is installed.`,
        },
      ];
    return [{ ...found, repair: (j) => replace(script, source, j.stringLiteral(to) as Node) }];
  });
};

export const transform = {
  title: 'Import drizzle from the module of the installed driver',
  why: 'drizzle-orm/pg, drizzle-orm/postgres and the like are no modules: loading one fails with ERR_PACKAGE_PATH_NOT_EXPORTED.',
  safety: 'safe',
  docs: 'https://orm.drizzle.team/docs/get-started',
  catalogue: ['js-drizzle-imports'],
  fixes: [
    /Package subpath '\.\/(pg|postgres|postgresql|mysql|sqlite)' is not defined by "exports" in .*drizzle-orm/,
  ],
  packages: ['drizzle-orm'],
  literals: ['drizzle-orm/'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. Drivers are given as options: `--pg=8`; without one, several are possible and it reports. */
export default rewriteWith(find);

/** Modules that there are not, by package of the driver, and where the tables of that database come from. */
interface Wrong {
  drivers: Record<string, string>;
  core: string;
}

const POSTGRESQL: Wrong = {
  drivers: {
    pg: 'drizzle-orm/node-postgres',
    postgres: 'drizzle-orm/postgres-js',
    '@neondatabase/serverless': 'drizzle-orm/neon-http',
  },
  core: 'drizzle-orm/pg-core',
};

/** Measured with drizzle-orm 0.45: none of these is exported. */
const WRONG: Record<string, Wrong> = {
  'drizzle-orm/pg': POSTGRESQL,
  'drizzle-orm/postgres': POSTGRESQL,
  'drizzle-orm/postgresql': POSTGRESQL,
  'drizzle-orm/mysql': { drivers: { mysql2: 'drizzle-orm/mysql2' }, core: 'drizzle-orm/mysql-core' },
  'drizzle-orm/sqlite': {
    drivers: { 'better-sqlite3': 'drizzle-orm/better-sqlite3', '@libsql/client': 'drizzle-orm/libsql' },
    core: 'drizzle-orm/sqlite-core',
  },
};

/** The one driver that is installed. */
function driverOf(drivers: Record<string, string>, version: Versions): string | undefined {
  const installed = Object.keys(drivers).filter((name) => version(name) !== undefined);
  return installed.length === 1 ? drivers[installed[0] ?? ''] : undefined;
}

/** Where modules are named, with the names that are taken from them. */
function sources(script: Script): { source: Node; names: string[] }[] {
  const imports = script.all('ImportDeclaration').map((one) => ({
    source: one.source as Node,
    names: ((one.specifiers ?? []) as Node[]).flatMap((each) =>
      each.type === 'ImportSpecifier' ? (nameOf(each.imported as Node) ?? []) : [],
    ),
  }));
  const requires = script.all('CallExpression').flatMap((call) => {
    const [source] = requiredModule(script, call) === undefined ? [] : argumentsOf(call);
    return source ? [{ source, names: destructuredNames(script, call) }] : [];
  });
  return [...imports, ...requires];
}

function destructuredNames(script: Script, call: Node): string[] {
  const parent = script.parentOf(call);
  const pattern = parent?.type === 'VariableDeclarator' ? (parent.id as Node) : undefined;
  if (pattern?.type !== 'ObjectPattern') return [];
  return (pattern.properties as Node[]).flatMap((one) =>
    one.type === 'ObjectProperty' ? (nameOf(one.key as Node) ?? []) : [],
  );
}
