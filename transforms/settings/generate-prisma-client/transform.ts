import { datasourceOf } from '../../../src/backend/javascript/prisma.ts';
import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import { jsonAt, readJson } from '../../../src/settings/json.ts';
import { prismaString } from '../../../src/settings/prisma-schema.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Generate the client of Prisma after an installation',
  why: 'The client is made by prisma generate; where nothing runs it the server fails with "Cannot find module .prisma/client/default".',
  safety: 'safe',
  docs: 'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/generating-prisma-client',
  catalogue: ['js-prisma-not-generated'],
  fixes: [
    /Cannot find module '\.prisma\/client\/default'/,
    /did not initialize yet\. Please run "prisma generate"/,
  ],
  detect(backend) {
    const version = versionsOf(backend);
    const prisma = backend.facts.language === 'javascript' ? version('prisma') : undefined;
    const datasource = prisma && datasourceOf(backend);
    if (!prisma || !datasource) return [];
    const ownFolder = datasource.blocks.some(
      ({ kind, fields }) =>
        kind === 'generator' &&
        fields.some(({ name, value }) => name === 'provider' && prismaString(value) === 'prisma-client'),
    );
    // Up to 6 @prisma/client generates into node_modules by itself when it is installed.
    if (prisma.is('<7') && !ownFolder) return [];
    const [path] = backend.facts.manifests;
    const file = path === undefined ? undefined : backend.workspace.read(path);
    const root = file && readJson(file);
    if (!file || !root || !('range' in root)) return [];
    const scripts = jsonAt(root, ['scripts']);
    const commands = Object.values((scripts?.value ?? {}) as Record<string, unknown>).map(String);
    if (
      commands.some((command) => /\bprisma\b[^&|;]*\b(generate|migrate (dev|reset)|db push)\b/.test(command))
    )
      return [];
    const at = {
      file: file.path,
      start: (scripts ?? root).range.start,
      end: (scripts ?? root).range.start + 1,
    };
    const message = `${prisma.text}: no script runs prisma generate, so an installation has no client.`;
    const last = scripts?.entries?.at(-1);
    const first = scripts?.entries?.[0];
    if (!scripts || !last || !first || commands.length === 0 || jsonAt(root, ['scripts', 'postinstall']))
      return [
        {
          subject: 'generate',
          at,
          message,
          safety: 'report',
          next: 'Add a script "postinstall": "prisma generate".',
        },
      ];
    const blanks = file.text.slice(scripts.range.start + 1, first.keyRange.start);
    const text = `,${blanks || ' '}"postinstall": "prisma generate"`;
    const end = last.value.range.end;
    return [{ subject: 'generate', at, message, edits: [{ file: file.path, start: end, end, text }] }];
  },
} satisfies Transform<'settings'>;
