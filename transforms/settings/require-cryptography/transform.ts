import type { Backend } from '../../../src/backend/backend.ts';
import { driversInUse } from '../../../src/backend/packages.ts';
import { mysqlServer } from '../../../src/backend/services.ts';
import { addRequirement } from '../../../src/settings/manifest.ts';
import type { Transform } from '../../../src/transform.ts';

const TEXT = 'cryptography';

export default {
  title: 'Require cryptography for the passwords of MySQL 8',
  why: 'MySQL 8 takes passwords by caching_sha2_password, for which PyMySQL and aiomysql need cryptography at the first connection.',
  safety: 'safe',
  docs: 'https://pymysql.readthedocs.io/en/latest/user/installation.html',
  catalogue: ['py-mysql-cryptography'],
  fixes: [/'cryptography' package is required for sha256_password or caching_sha2_password/],
  detect(backend) {
    const driver = driversInUse(backend).find(
      ({ dialect, driver: name }) => dialect === 'mysql' && /^(pymysql|aiomysql)$/.test(name),
    );
    const server = driver && mysqlServer(backend);
    const found = ['pymysql', 'aiomysql', 'sqlalchemy', 'sqlmodel'].flatMap((name) =>
      backend.requirements(name),
    )[0];
    const manifest = found?.manifest ?? backend.manifests[0];
    const file = manifest && backend.workspace.read(manifest.path);
    if (!server || !manifest || !file || isBrought(backend)) return [];
    const after = found?.requirement;
    const edits = addRequirement(manifest, file, TEXT, after && { after });
    return [
      {
        subject: TEXT,
        at: { file: manifest.path, ...(after?.ranges.whole ?? { start: 0, end: 0 }) },
        message: `${server.file} runs ${server.image}, and ${driver?.driver} cannot log in there without ${TEXT}.`,
        ...(edits
          ? { edits }
          : {
              safety: 'report' as const,
              next: `Add ${TEXT} to ${manifest.path} and lock its hashes again.`,
            }),
      },
    ];
  },
} satisfies Transform<'settings'>;

/** `pymysql[rsa]`, or packages that need it themselves: their metadata say so. */
function isBrought(backend: Backend): boolean {
  const extras = ['pymysql', 'aiomysql', 'python-jose', 'pyjwt']
    .flatMap((name) => backend.requirements(name))
    .flatMap(({ requirement }) => requirement.extras);
  return (
    ['cryptography', 'pyopenssl', 'authlib', 'paramiko'].some((name) => backend.requires(name)) ||
    extras.some((extra) => /^(rsa|crypto|cryptography)$/.test(extra))
  );
}
