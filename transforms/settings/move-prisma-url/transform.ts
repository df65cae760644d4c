import { posix } from 'node:path';
import type { Backend } from '../../../src/backend/backend.ts';
import { addPackage } from '../../../src/backend/javascript/package-edits.ts';
import { type Datasource, datasourceOf, expressionFor } from '../../../src/backend/javascript/prisma.ts';
import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { readJsonc, record } from '../../../src/settings/jsonc.ts';
import { prismaString, prismaVariable } from '../../../src/settings/prisma-schema.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Move the address of the database to prisma.config.ts',
  why: 'Prisma 7 refuses url, directUrl and shadowDatabaseUrl in the schema (P1012), so nothing can be generated or migrated.',
  safety: { unsafe: 'The commands of Prisma read prisma.config.ts from now on, and no .env by themselves.' },
  docs: 'https://www.prisma.io/docs/orm/more/upgrade-guides/upgrading-versions/upgrading-to-prisma-7',
  catalogue: ['js-prisma7-schema-url'],
  fixes: [
    /The datasource property `(url|directUrl|shadowDatabaseUrl)` is no longer supported in schema files/,
  ],
  detect(backend) {
    const prisma = backend.facts.language === 'javascript' ? prismaOf(backend) : undefined;
    const datasource = prisma?.is('>=7') ? datasourceOf(backend) : undefined;
    const fields = REFUSED.flatMap((name) => datasource?.field(name) ?? []);
    const [first] = fields;
    if (!prisma || !datasource || !first) return [];
    const names = fields.map(({ name }) => `\`${name}\``).join(' and ');
    const draft: Draft = {
      subject: 'url',
      at: { file: datasource.file.path, start: first.line.start, end: first.line.end },
      message: `${prisma.text} refuses ${names} in ${datasource.file.path}.${ofFiles(datasource)}`,
    };
    return [{ ...draft, ...repairFor(backend, datasource) }];
  },
} satisfies Transform<'settings'>;

const REFUSED = ['url', 'directUrl', 'shadowDatabaseUrl'];

/** Where a file of SQLite is looked for has changed; what a variable holds is not for this to say. */
function ofFiles(datasource: Datasource): string {
  const variable =
    datasource.provider === 'sqlite' ? prismaVariable(datasource.field('url')?.value) : undefined;
  return variable === undefined
    ? ''
    : ` A relative path in ${variable} is now one from where the command runs, no more from the schema.`;
}

function prismaOf(backend: Backend) {
  const version = versionsOf(backend);
  return version('prisma') ?? version('@prisma/client');
}

function repairFor(backend: Backend, datasource: Datasource): Partial<Draft> {
  if (datasource.provider === 'mongodb')
    return { safety: 'report', next: 'Stay with Prisma 6: Prisma 7 has no MongoDB.' };
  const config = posix.join(backend.facts.root, `prisma.config.${tscTakesIn(backend) ? 'mjs' : 'ts'}`);
  const has = ['ts', 'mts', 'js', 'mjs', 'cjs'].some((one) =>
    backend.workspace.has(config.replace(/m?[jt]s$/, one)),
  );
  const address = addressOf(backend, datasource);
  if (has || address === undefined)
    return {
      safety: 'report',
      next: 'Write datasource: { url } into prisma.config.ts and take url out of the schema.',
    };
  const { file } = datasource;
  const removed = REFUSED.flatMap((name): Edit[] => {
    const line = datasource.field(name)?.line;
    return line ? [{ file: file.path, ...line, text: '' }] : [];
  });
  const dotenv = backend.requires('dotenv') ? [] : (addPackage(backend, 'dotenv@^17.0.0') ?? []);
  const schema = posix.relative(backend.facts.root || '.', file.path);
  const text = configText(schema, address, seedOf(backend)).replaceAll('\n', lineEnding(file.text));
  return {
    edits: [...removed, ...dotenv, { file: config, start: 0, end: 0, text }],
    secret: REFUSED.some((name) => prismaString(datasource.field(name)?.value) !== undefined),
  };
}

/** True where tsc compiles a prisma.config.ts too: without a rootDir everything it emits would then move down a folder. */
function tscTakesIn({ facts, workspace }: Backend): boolean {
  const file = workspace.read(posix.join(facts.root, 'tsconfig.json'));
  if (!file) return false;
  const { include, files, exclude, compilerOptions } = record(readJsonc(file.text));
  if (record(compilerOptions).noEmit === true || (Array.isArray(files) && !Array.isArray(include)))
    return false;
  if (Array.isArray(exclude) && exclude.some((one) => /^(\.\/)?prisma\.config\./.test(String(one))))
    return false;
  return !Array.isArray(include) || include.some((one) => /^(\.\/)?(\.|\*|\*\*|$)/.test(String(one)));
}

/** What the config says of the database. What migrates it connects directly, so directUrl comes first. */
function addressOf(backend: Backend, datasource: Datasource): string | undefined {
  const url = expressionFor(backend, datasource, datasource.field('directUrl') ? 'directUrl' : 'url');
  if (!datasource.field('shadowDatabaseUrl')) return url && `url: ${url}`;
  const shadow = expressionFor(backend, datasource, 'shadowDatabaseUrl');
  return url && shadow && `url: ${url}, shadowDatabaseUrl: ${shadow}`;
}

/** The command that fills the database: since version 7 Prisma reads none in package.json. */
function seedOf({ facts, workspace }: Backend): string | undefined {
  const manifest = workspace.read(posix.join(facts.root, 'package.json'));
  const { seed } = record(record(readJsonc(manifest?.text ?? '')).prisma);
  return typeof seed === 'string' ? seed : undefined;
}

function configText(schema: string, datasource: string, seed: string | undefined): string {
  const migrations = seed === undefined ? '' : `\n  migrations: { seed: ${quoted(seed)} },`;
  return `import 'dotenv/config';
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: '${schema}',${migrations}
  datasource: { ${datasource} },
});
`;
}

function quoted(text: string): string {
  return /['\\]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}
