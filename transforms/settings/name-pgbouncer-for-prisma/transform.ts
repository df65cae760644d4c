import { datasourceOf } from '../../../src/backend/javascript/prisma.ts';
import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import { lastDotenvEntry, readDotenv, setDotenvValue } from '../../../src/settings/dotenv.ts';
import { prismaVariable } from '../../../src/settings/prisma-schema.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Tell Prisma that the address is a pooler',
  why: 'Up to version 6 Prisma prepares statements, which a transaction pooler loses: prepared statement "s0" already exists.',
  safety: 'safe',
  docs: 'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/databases-connections/pgbouncer',
  catalogue: ['js-prisma-pgbouncer'],
  fixes: [/prepared statement "s\d+" (already exists|does not exist)/],
  detect(backend) {
    const prisma =
      backend.facts.language === 'javascript' ? versionsOf(backend)('@prisma/client') : undefined;
    const datasource = prisma?.is('<7') ? datasourceOf(backend) : undefined;
    const variable = prismaVariable(datasource?.field('url')?.value);
    if (!prisma || !datasource || variable === undefined || datasource.provider !== 'postgresql') return [];
    const direct = datasource.field('directUrl')
      ? ''
      : ' Give migrations a directUrl that goes around the pooler.';
    return backend.facts.settingsFiles.flatMap((path): Draft[] => {
      const file = backend.workspace.read(path);
      const entry = file && lastDotenvEntry(readDotenv(file), variable);
      if (!file || !entry || !isTransactionPooler(entry.value)) return [];
      const value = `${entry.value}${entry.value.includes('?') ? '&' : '?'}pgbouncer=true`;
      const edits = setDotenvValue(file, entry, value);
      return [
        {
          subject: variable,
          at: { file: path, ...entry.lineRange },
          message: `${prisma.text} is not told that ${variable} is a transaction pooler.${direct}`,
          secret: true,
          ...(edits ? { edits } : { safety: 'report' as const, next: 'Add pgbouncer=true to the address.' }),
        },
      ];
    });
  },
} satisfies Transform<'settings'>;

/** The poolers that can be told by their address: Supabase's transaction port and Neon's host. */
function isTransactionPooler(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || url.searchParams.has('pgbouncer')) return false;
  return url.port === '6543' || /-pooler\..+\.neon\.tech$/.test(url.hostname);
}
