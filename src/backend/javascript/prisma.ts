import { posix } from 'node:path';
import type { SourceFile } from '../../files/source-file.ts';
import { lastDotenvEntry, readDotenv } from '../../settings/dotenv.ts';
import { readJsonc, record } from '../../settings/jsonc.ts';
import {
  type PrismaBlock,
  type PrismaField,
  prismaString,
  prismaVariable,
  readPrismaSchema,
} from '../../settings/prisma-schema.ts';
import type { Backend } from '../backend.ts';

/** The datasource of a backend's schema. */
export interface Datasource {
  file: SourceFile;
  provider: string;
  block: PrismaBlock;
  blocks: PrismaBlock[];
  field(name: string): PrismaField | undefined;
}

/** The one datasource of the backend's schemas; undefined where there is none, or several. */
export function datasourceOf({ workspace, facts }: Backend): Datasource | undefined {
  const below = facts.root === '' ? '' : `${facts.root}/`;
  const found = workspace
    .files()
    .filter((path) => path.endsWith('.prisma') && path.startsWith(below) && !path.includes('node_modules/'))
    .flatMap((path) => {
      const file = workspace.read(path);
      const blocks = file ? readPrismaSchema(file) : [];
      return blocks.filter(({ kind }) => kind === 'datasource').map((block) => ({ file, block, blocks }));
    });
  const [one, another] = found;
  if (!one?.file || another) return undefined;
  const field = (name: string) => one.block.fields.find((each) => each.name === name);
  return {
    file: one.file,
    block: one.block,
    blocks: one.blocks,
    provider: prismaString(field('provider')?.value) ?? '',
    field,
  };
}

/** The folder that the one generator `prisma-client` of the schema writes into; undefined where another one makes a client too. */
export function generatedFolder(backend: Backend): string | undefined {
  const datasource = datasourceOf(backend);
  const generators = (datasource?.blocks ?? []).flatMap(({ kind, fields }) => {
    const text = (name: string) => prismaString(fields.find((one) => one.name === name)?.value);
    const provider = kind === 'generator' ? text('provider') : undefined;
    return /^prisma-client(-js)?$/.test(provider ?? '') ? [{ provider, output: text('output') }] : [];
  });
  const [one, another] = generators;
  if (!datasource || another || one?.provider !== 'prisma-client' || one.output === undefined)
    return undefined;
  return posix.join(posix.dirname(datasource.file.path), one.output);
}

/** An address of the schema as an expression of JavaScript; undefined where there is none, or its name is no variable's. */
export function expressionFor(backend: Backend, datasource: Datasource, name: string): string | undefined {
  const value = datasource.field(name)?.value;
  const variable = prismaVariable(value);
  if (variable !== undefined) return /^\w+$/.test(variable) ? `process.env.${variable}` : undefined;
  const literal = prismaString(value);
  const text = literal && fromRoot(backend, datasource, literal);
  return text && `'${text.replaceAll("'", "\\'")}'`;
}

/** Up to version 6 a file of SQLite was found from the schema; now it is from where the server and the config are. */
function fromRoot({ facts }: Backend, { file, provider }: Datasource, address: string): string {
  const path = provider === 'sqlite' ? /^file:(?!\/)([^?]+)(.*)$/.exec(address) : null;
  if (!path) return address;
  const folder = posix.relative(facts.root || '.', posix.dirname(file.path));
  const found = posix.join(folder, path[1] ?? '');
  return `file:${found.startsWith('../') ? '' : './'}${found}${path[2]}`;
}

/** Frameworks and packages that load a .env file before anything reads it. */
const LOADERS =
  /\bdotenv|--env-file|loadEnvFile|@nestjs\/config|env-cmd|\b(next|nuxt|vite|astro|remix|bun) |from ['"]next/;

/**
 * True where the variable that an expression reads is set in a .env file which only the client of Prisma 6 loaded. The config of
 * Prisma is not asked: what it loads, the server does not have.
 */
export function wantsEnvironment({ facts, workspace }: Backend, expression: string): boolean {
  const variable = /^process\.env\.(\w+)$/.exec(expression)?.[1];
  if (variable === undefined) return false;
  const set = facts.settingsFiles.some((path) => {
    const file = /(^|\/)\.env(\.|$)/.test(path) ? workspace.read(path) : undefined;
    return file && lastDotenvEntry(readDotenv(file), variable) !== undefined;
  });
  if (!set) return false;
  const scripts = facts.manifests.map((path) =>
    record(record(readJsonc(workspace.read(path)?.text ?? '')).scripts),
  );
  const texts = [
    ...scripts.flatMap((one) => Object.values(one).map(String)),
    ...facts.files
      .filter((path) => !/(^|\/)prisma\.config\.\w+$/.test(path))
      .map((path) => workspace.read(path)?.text ?? ''),
  ];
  return !texts.some((text) => LOADERS.test(text));
}
