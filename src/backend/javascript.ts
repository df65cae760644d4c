import { isJavaScript } from '../languages/javascript/parse.ts';
import { readJsonc, record, strings } from '../settings/jsonc.ts';
import { lockedNodeVersion } from '../settings/node-locks.ts';
import type { BackendFacts, EntryPoint } from '../types.ts';
import type { Workspace } from '../workspace.ts';

/** A package with one of these talks to a database. */
const DATABASES = new Set([
  '@mikro-orm/core',
  '@nestjs/mongoose',
  '@nestjs/typeorm',
  '@prisma/client',
  'better-sqlite3',
  'drizzle-orm',
  'ioredis',
  'knex',
  'kysely',
  'mariadb',
  'mongodb',
  'mongoose',
  'mssql',
  'mysql',
  'mysql2',
  'objection',
  'pg',
  'postgres',
  'redis',
  'sequelize',
  'sqlite3',
  'typeorm',
]);

const FRAMEWORKS: [name: string, title: string][] = [
  ['@nestjs/core', 'NestJS'],
  ['next', 'Next.js'],
  ['express', 'Express'],
  ['fastify', 'Fastify'],
  ['koa', 'Koa'],
  ['@hapi/hapi', 'hapi'],
  ['hono', 'Hono'],
];

/** What a package.json says, as far as it says it in the expected form. */
interface Package {
  /** The folder, without a slash at the end; `''` is the workspace's root. */
  root: string;
  path: string;
  name?: string;
  main?: string;
  scripts: Record<string, string>;
  requires: Record<string, string>;
}

/**
 * Every Node backend of a workspace: a package.json that depends on a database's package, with the source files
 * for which it is the nearest such package above. A package.json that cannot be read is left to whoever reports it.
 */
export function discoverJavaScriptBackends(workspace: Workspace): BackendFacts[] {
  const files = workspace.files().filter((path) => !/(^|\/)node_modules\//.test(path));
  const packages = files
    .filter((path) => /(^|\/)package\.json$/.test(path))
    .flatMap((path) => readPackage(workspace, path) ?? []);
  const backends = packages.filter(({ requires }) =>
    Object.keys(requires).some((name) => DATABASES.has(name)),
  );
  const roots = backends.map(({ root }) => root);
  return backends.map((found) => {
    const own = files.filter((path) => nearest(path, roots) === found.root);
    return factsOf(workspace, found, own);
  });
}

function factsOf(workspace: Workspace, found: Package, own: string[]): BackendFacts {
  const [framework, title] = FRAMEWORKS.find(([name]) => found.requires[name]) ?? [];
  const requires = { ...found.requires, ...lockedVersions(workspace, found) };
  const entry = entryOf(found, own);
  return {
    name: found.name ?? (found.root.split('/').pop() || 'backend'),
    root: found.root,
    language: 'javascript',
    ...(framework && title && { framework: title }),
    ...(entry && { entry }),
    manifests: [found.path],
    settingsFiles: own.filter((path) => /(^|\/)\.env(\.[\w.-]+)?$/.test(path)),
    files: own.filter(isJavaScript),
    mode: 'unknown',
    modeBecause: [],
    addresses: [],
    dependencies: [],
    metadata: [],
    modelModules: [],
    requires,
    requiredSettings: [],
  };
}

function readPackage(workspace: Workspace, path: string): Package | undefined {
  const data = record(readJsonc(workspace.read(path)?.text ?? ''));
  const { name, main } = data;
  return {
    root: path.slice(0, -'package.json'.length).replace(/\/$/, ''),
    path,
    ...(typeof name === 'string' && { name }),
    ...(typeof main === 'string' && { main }),
    scripts: strings(data.scripts),
    requires: {
      ...strings(data.devDependencies),
      ...strings(data.optionalDependencies),
      ...strings(data.dependencies),
    },
  };
}

/** The versions of the lock file beside the package or above it, for what the package depends on. */
function lockedVersions(workspace: Workspace, { root, requires }: Package): Record<string, string> {
  return Object.fromEntries(
    Object.entries(requires).flatMap(([name, range]) => {
      const locked = lockedNodeVersion(workspace, root, { name, range });
      return locked ? [[name, locked.version]] : [];
    }),
  );
}

const START = /\b(?:node|nodemon|tsx|ts-node|ts-node-dev)\s+(?:watch\s+)?(?:-\S+\s+)*([\w./-]+)/;
const CONVENTIONAL = /^(src\/)?(main|index|server|app)\.([cm]?[jt]s)$/;

function entryOf({ root, main, scripts }: Package, own: string[]): EntryPoint | undefined {
  const inside = (path: string) => `${root && `${root}/`}${path.replace(/^\.\//, '')}`;
  const candidates = [
    ...['start', 'dev'].map((name) => ({
      path: START.exec(scripts[name] ?? '')?.[1],
      source: `package.json script ${name}`,
    })),
    { path: main, source: 'package.json main' },
    {
      path: own.map((path) => path.slice(inside('').length)).find((path) => CONVENTIONAL.test(path)),
      source: 'derived',
    },
  ];
  for (const { path, source } of candidates) {
    const file =
      path && own.find((one) => one === inside(path) || one.replace(/\.[cm]?[jt]s$/, '') === inside(path));
    if (file)
      return {
        file,
        module: file,
        attribute: '',
        factory: false,
        cwd: root,
        pythonPath: [],
        source,
        port: 3000,
      };
  }
  return undefined;
}

function nearest(path: string, roots: string[]): string | undefined {
  return roots
    .filter((root) => root === '' || path.startsWith(`${root}/`))
    .sort((a, b) => b.length - a.length)[0];
}
