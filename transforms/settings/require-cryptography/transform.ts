import type { Backend } from '../../../src/backend/backend.ts';
import { driversInUse } from '../../../src/backend/packages.ts';
import { manifestWith, sourceOf } from '../../../src/backend/requirement-edits.ts';
import { mysqlServer } from '../../../src/backend/services.ts';
import { addByHand, addToBoth, compiledAgain } from '../../../src/settings/compiled.ts';
import type { Transform } from '../../../src/transform.ts';

const TEXT = 'cryptography';
/** What it is written behind, the first that is there. */
const BEHIND = ['pymysql', 'aiomysql', 'sqlalchemy', 'sqlmodel'];

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
    const found = manifestWith(backend, BEHIND);
    if (!server || !found || isBrought(backend)) return [];
    const { manifest, requirement: after } = found;
    const source = sourceOf(backend, manifest);
    const edits = addToBoth(backend.workspace, manifest, source, TEXT, BEHIND);
    return [
      {
        subject: TEXT,
        at: { file: manifest.path, ...(after?.ranges.whole ?? { start: 0, end: 0 }) },
        message: `${server.file} runs ${server.image}, and ${driver?.driver} cannot log in there without ${TEXT}.${compiledAgain(manifest, source)}`,
        ...(edits ? { edits } : { safety: 'report' as const, next: addByHand(manifest, TEXT) }),
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
