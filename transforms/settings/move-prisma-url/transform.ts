import { posix } from 'node:path';
import type { Backend } from '../../../src/backend/backend.ts';
import { addPackage } from '../../../src/backend/javascript/package-edits.ts';
import { type Datasource, datasourceOf } from '../../../src/backend/javascript/prisma.ts';
import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { prismaString, prismaVariable } from '../../../src/settings/prisma-schema.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Move the address of the database to prisma.config.ts',
  why: 'Prisma 7 refuses url and directUrl in the schema (P1012), so nothing can be generated or migrated.',
  safety: { unsafe: 'The commands of Prisma read prisma.config.ts from now on, and no .env by themselves.' },
  docs: 'https://www.prisma.io/docs/orm/more/upgrade-guides/upgrading-versions/upgrading-to-prisma-7',
  catalogue: ['js-prisma7-schema-url'],
  fixes: [/The datasource property `(url|directUrl)` is no longer supported in schema files/],
  detect(backend) {
    const prisma = backend.facts.language === 'javascript' ? prismaOf(backend) : undefined;
    const datasource = prisma?.is('>=7') ? datasourceOf(backend) : undefined;
    const fields = ['url', 'directUrl'].flatMap((name) => datasource?.field(name) ?? []);
    const [first] = fields;
    if (!prisma || !datasource || !first) return [];
    const names = fields.map(({ name }) => `\`${name}\``).join(' and ');
    const draft: Draft = {
      subject: 'url',
      at: { file: datasource.file.path, start: first.line.start, end: first.line.end },
      message: `${prisma.text} refuses ${names} in ${datasource.file.path}.`,
    };
    return [{ ...draft, ...repairFor(backend, datasource) }];
  },
} satisfies Transform<'settings'>;

function prismaOf(backend: Backend) {
  const version = versionsOf(backend);
  return version('prisma') ?? version('@prisma/client');
}

function repairFor(backend: Backend, datasource: Datasource): Partial<Draft> {
  if (datasource.provider === 'mongodb')
    return { safety: 'report', next: 'Stay with Prisma 6: Prisma 7 has no MongoDB.' };
  const config = posix.join(backend.facts.root, 'prisma.config.ts');
  const has = ['ts', 'mts', 'js', 'mjs', 'cjs'].some((one) =>
    backend.workspace.has(config.replace(/ts$/, one)),
  );
  const address = addressOf(datasource);
  if (has || address === undefined)
    return {
      safety: 'report',
      next: 'Write datasource: { url } into prisma.config.ts and take url out of the schema.',
    };
  const { file } = datasource;
  const removed = ['url', 'directUrl'].flatMap((name): Edit[] => {
    const line = datasource.field(name)?.line;
    return line ? [{ file: file.path, ...line, text: '' }] : [];
  });
  const dotenv = backend.requires('dotenv') ? [] : (addPackage(backend, 'dotenv@^17.0.0') ?? []);
  const schema = posix.relative(backend.facts.root || '.', file.path);
  const text = configText(schema, address).replaceAll('\n', lineEnding(file.text));
  return {
    edits: [...removed, ...dotenv, { file: config, start: 0, end: 0, text }],
    secret: prismaString(datasource.field('url')?.value) !== undefined,
  };
}

/** What migrates the database connects directly, so directUrl comes first. */
function addressOf(datasource: Datasource): string | undefined {
  const value = (datasource.field('directUrl') ?? datasource.field('url'))?.value;
  const variable = prismaVariable(value);
  if (variable !== undefined) return /^\w+$/.test(variable) ? `process.env.${variable}` : undefined;
  const literal = prismaString(value);
  return literal === undefined ? undefined : `'${literal.replaceAll("'", "\\'")}'`;
}

function configText(schema: string, address: string): string {
  return `import 'dotenv/config';
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: '${schema}',
  datasource: { url: ${address} },
});
`;
}
