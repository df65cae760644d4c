import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import {
  classInsteadOfFactory,
  defaultImports,
  defaultMembers,
  factoryCalls,
  importByName,
} from '../../../src/backend/javascript/session-stores.ts';
import { isMember } from '../../../src/languages/javascript/nodes.ts';
import type { Transform } from '../../../src/transform.ts';

const MODULE = 'connect-redis';
const NAMED = { named: 'RedisStore' };

const find: Find = ({ script, version }) => {
  const found = version(MODULE);
  if (!found?.is('>=7')) return [];
  const home = found.is('>=8') ? NAMED : 'default';
  const where = home === 'default' ? 'its default export' : 'its export RedisStore';
  const factories = factoryCalls(script, MODULE).map(
    (at): Found => ({
      subject: 'factory',
      at,
      message: `${found.text} is no function of the session any more; the class is ${where}.`,
      ...classInsteadOfFactory(script, at, home),
    }),
  );
  if (home === 'default' || factories.length > 0) return factories;
  const message = `${found.text} has no default export; the class is ${where}.`;
  return [
    ...defaultImports(script, MODULE).map(
      (at): Found => ({ subject: 'import', at, message, ...importByName(script, at, 'RedisStore') }),
    ),
    ...defaultMembers(script, MODULE).map(
      (at): Found => ({
        subject: 'require',
        at,
        message,
        repair: (j) => void (isMember(at) && Object.assign(at, { property: j.identifier('RedisStore') })),
      }),
    ),
  ];
};

export const transform = {
  title: 'Take the class RedisStore from connect-redis',
  why: 'connect-redis exports the class itself, by default in version 7 and by name since 8; what it was before fails when the server starts.',
  safety: 'safe',
  docs: 'https://github.com/tj/connect-redis/releases/tag/v8.0.0',
  catalogue: ['js-connect-redis-factory'],
  fixes: [
    /connectRedis is not a function/,
    /RedisStore is not a constructor/,
    /'connect-redis' does not provide an export named 'default'/,
    /require\(\.\.\.\) is not a function/,
  ],
  packages: ['connect-redis'],
  literals: [MODULE],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--connect-redis=7` gives the installed version. */
export default rewriteWith(find);
