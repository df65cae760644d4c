import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import { readDotenv } from '../../../src/settings/dotenv.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Decide how pg checks the certificate of the database',
  why: 'pg takes sslmode=require, prefer and verify-ca for verify-full, so a certificate of its own authority is refused, and says that pg 9 will not.',
  safety: 'report',
  docs: 'https://github.com/brianc/node-postgres/pull/3473',
  catalogue: ['js-pg-sslmode-verify', 'js-sequelize-pg-ssl'],
  fixes: [
    /self-signed certificate in certificate chain/,
    /SECURITY WARNING: The SSL modes/,
    /no pg_hba\.conf entry for host .* no encryption/,
  ],
  detect(backend) {
    const pg = backend.facts.language === 'javascript' ? versionsOf(backend)('pg') : undefined;
    if (!pg?.is('>=8 <9')) return [];
    return backend.facts.settingsFiles.flatMap((path): Draft[] => {
      const file = backend.workspace.read(path);
      return (file ? readDotenv(file) : []).flatMap((entry): Draft[] => {
        const url = URL.canParse(entry.value) ? new URL(entry.value) : undefined;
        const mode =
          url && /^postgres(ql)?:$/.test(url.protocol) ? url.searchParams.get('sslmode') : undefined;
        if (
          !url ||
          !/^(require|prefer|verify-ca)$/.test(mode ?? '') ||
          url.searchParams.has('uselibpqcompat')
        )
          return [];
        return [
          {
            subject: entry.name,
            at: { file: path, ...entry.lineRange },
            message: `${pg.text} takes sslmode=${mode} of ${entry.name} for verify-full, and ignores an ssl object beside it.`,
            next: 'Choose: sslmode=verify-full with the certificate of the authority, or uselibpqcompat=true&sslmode=require, which encrypts and does not verify.',
            secret: true,
          },
        ];
      });
    });
  },
} satisfies Transform<'settings'>;
