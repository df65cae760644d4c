import type { Backend } from '../../../src/backend/backend.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { argumentsOf, dotted, type Node } from '../../../src/languages/javascript/nodes.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import { lastDotenvEntry, readDotenv } from '../../../src/settings/dotenv.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, backend }) => {
  if (!backend) return [];
  return [...script.calls, ...script.all('NewExpression')].flatMap((call): Found[] => {
    const origin = originOf(script, (call as unknown as { callee: Node }).callee);
    if (!CONNECTS.test(origin ?? '')) return [];
    const variables = argumentsOf(call)
      .flatMap((given) => script.within(given))
      .flatMap((node) => /^process\.env\.(\w+)$/.exec(dotted(node) ?? '')?.[1] ?? []);
    return [...new Set(variables)].flatMap((name): Found[] => {
      const file = fileThatSets(backend, name);
      return file === undefined || isLoaded(backend)
        ? []
        : [
            {
              subject: name,
              at: call,
              message: `${name} is set in ${file}, and nothing loads that file: ${origin}() gets undefined.`,
              safety: 'report',
              next: "Put import 'dotenv/config' first in the module that starts the server, or start it with node --env-file=.env.",
            },
          ];
    });
  });
};

export const transform = {
  title: 'Load the file that sets the address of the database',
  why: 'Node reads no .env by itself, so the driver is given undefined and refuses it, or connects to its defaults.',
  safety: 'report',
  docs: 'https://nodejs.org/docs/latest-v20.x/api/cli.html#--env-fileconfig',
  catalogue: ['js-mongo-uri-undefined', 'js-drizzle-undefined', 'js-pg-url-junk'],
  fixes: [
    /The `uri` parameter to `openUri\(\)` must be a string, got "undefined"/,
    /Cannot read properties of undefined \(reading 'query'\)/,
    /no PostgreSQL user name specified in startup packet/,
  ],
  packages: [
    'mongoose',
    'mongodb',
    'pg',
    'redis',
    'ioredis',
    'mysql',
    'mysql2',
    'sequelize',
    'knex',
    'postgres',
    'typeorm',
    'drizzle-orm',
  ],
  literals: ['process.env.'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform that finds nothing by itself: what it says depends on the backend's other files. */
export default rewriteWith(find, 'report');

const CONNECTS =
  /^(mongoose\.(connect|createConnection)|mongodb\.MongoClient(\.connect)?|pg\.(Pool|Client)|redis\.createClient|ioredis(\.Redis)?|mysql2?(\/promise)?\.create(Pool|Connection)|sequelize(\.Sequelize)?|knex(\.knex)?|postgres|typeorm\.DataSource|drizzle-orm\/[\w-]+\.drizzle)$/;

const known = new WeakMap<Backend, boolean>();

/** Whether something loads a .env file; asked of a backend once, since it takes the text of all its files. */
function isLoaded(backend: Backend): boolean {
  const found = known.get(backend) ?? findsLoader(backend);
  known.set(backend, found);
  return found;
}

/** What loads a .env file: a package, a framework, an option of Node or of a tool, a container. */
function findsLoader({ facts, workspace }: Backend): boolean {
  const loaders = [
    'dotenv',
    'dotenv-expand',
    'dotenv-flow',
    'dotenv-cli',
    'dotenvx',
    '@dotenvx/dotenvx',
    'env-cmd',
    'next',
    'nuxt',
    '@nestjs/config',
    'vite',
    'config',
    'envalid',
  ];
  if (loaders.some((name) => facts.requires[name] !== undefined)) return true;
  const files = [
    ...facts.manifests,
    ...facts.files,
    ...workspace
      .files()
      .filter((path) =>
        /(^|\/)(docker-)?compose[^/]*\.ya?ml$|(^|\/)(Procfile|Makefile|Dockerfile|\.envrc|ecosystem\.config\.c?js)$|\.sh$/.test(
          path,
        ),
      ),
  ];
  return files.some((path) =>
    /--env-file|env_file|loadEnvFile|dotenv|source \.env|bun (run|--)/.test(workspace.read(path)?.text ?? ''),
  );
}

function fileThatSets({ facts, workspace }: Backend, name: string): string | undefined {
  return facts.settingsFiles.find((path) => {
    const file = /\.env(\.(local|development|production))?$/.test(path) ? workspace.read(path) : undefined;
    return file !== undefined && lastDotenvEntry(readDotenv(file), name) !== undefined;
  });
}
