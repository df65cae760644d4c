import { packageLine } from '../../../src/backend/javascript/package-edits.ts';
import { versionsOf } from '../../../src/backend/javascript/versions.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Raise pg to a version that connects',
  why: 'On Node 14 and later pg before 8.0.3 never connects: no error, no callback, the server waits for ever.',
  safety: 'safe',
  docs: 'https://github.com/brianc/node-postgres/blob/master/CHANGELOG.md#pg803',
  catalogue: ['js-pg7-hang'],
  detect(backend) {
    if (backend.facts.language !== 'javascript') return [];
    const pg = versionsOf(backend)('pg');
    const line = packageLine(backend, 'pg');
    // Version 6 and older have another API, which a person has to look at.
    if (!pg?.is('>=7 <8.0.3') || !line) return [];
    const edits = line.replace('pg@^8.0.3');
    return [
      {
        subject: 'pg',
        at: line.at,
        message: `${pg.text} never connects on Node 14 and later.`,
        ...(pg.major < 8 && {
          safety: { unsafe: 'pg 8 verifies certificates where ssl is on, and drops some old spellings.' },
        }),
        ...(edits
          ? { edits }
          : { safety: 'report' as const, next: 'Write "pg": "^8.0.3" into package.json.' }),
      },
    ];
  },
} satisfies Transform<'settings'>;
