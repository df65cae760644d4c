import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import {
  classInsteadOfFactory,
  factoryCalls,
  wholeAsClass,
} from '../../../src/backend/javascript/session-stores.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import {
  argumentsOf,
  isPlainObject,
  keyOf,
  type Node,
  type Property,
  propertiesOf,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const MODULE = 'connect-mongo';

const find: Find = ({ script, version }) => {
  const found = version(MODULE);
  if (!found?.is('>=4')) return [];
  return [...factories(script, found), ...wholeModules(script, found), ...oldOptions(script, found)];
};

export const transform = {
  title: 'Make the session store of connect-mongo with MongoStore.create',
  why: 'connect-mongo is a class since version 4 and a named export since 6, with other options; the old ways fail when the server starts.',
  safety: 'safe',
  docs: 'https://github.com/jdesboeufs/connect-mongo/blob/master/MIGRATION_V4.md',
  catalogue: ['js-connect-mongo-factory'],
  fixes: [
    /Class constructor MongoStore cannot be invoked without 'new'/,
    /You must provide either mongoUrl\|clientPromise\|client in options/,
    /Cannot init client\. Please provide correct options/,
    /(MongoStore|MS) is not a constructor/,
  ],
  packages: ['connect-mongo'],
  literals: [MODULE],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--connect-mongo=5` gives the installed version. */
export default rewriteWith(find);

function factories(script: Script, found: PackageVersion): Found[] {
  const home = found.is('>=6') ? { named: 'MongoStore' } : 'module';
  return factoryCalls(script, MODULE).map((at) => ({
    subject: 'factory',
    at,
    message: `${found.text} is no function of the session any more, but a class.`,
    ...classInsteadOfFactory(script, at, home),
  }));
}

/** `const MongoStore = require('connect-mongo')` with `MongoStore.create(…)`, as in version 4 and 5. */
function wholeModules(script: Script, found: PackageVersion): Found[] {
  if (!found.is('>=6')) return [];
  return wholeAsClass(script, MODULE, 'create').map((at) => ({
    subject: 'require',
    at,
    message: `${found.text} has the class as its export MongoStore.`,
    repair: (j) => replace(script, at, expressionOf(j, ['', '.MongoStore'], [at])),
  }));
}

/** `new MongoStore({ url })` → `MongoStore.create({ mongoUrl: url })`. */
function oldOptions(script: Script, found: PackageVersion): Found[] {
  return script.all('NewExpression').flatMap((made): Found[] => {
    const [options] = argumentsOf(made);
    const old = propertiesOf(options && unwrap(options)).filter((one) =>
      Object.hasOwn(RENAMED, keyOf(one) ?? ''),
    );
    if (!options || old.length === 0 || !isStore(script, made.callee as Node)) return [];
    const names = old.map((one) => `\`${keyOf(one)}\``).join(' and ');
    const message = `${found.text} knows no ${names} of a store.`;
    if (!isPlainObject(unwrap(options)))
      return [
        {
          subject: 'options',
          at: made,
          message,
          safety: 'report',
          next: 'Write MongoStore.create({ mongoUrl }).',
        },
      ];
    const shares = old.some((one) => keyOf(one) === 'mongooseConnection');
    return [
      {
        subject: 'options',
        at: made,
        message,
        ...(shares && {
          safety: { unsafe: 'The store uses the connection’s client, which must be connected by then.' },
        }),
        repair: (j) => create(script, j, made, old),
      },
    ];
  });
}

const RENAMED: Record<string, string> = {
  url: 'mongoUrl',
  mongooseConnection: 'client',
  collection: 'collectionName',
};

function create(script: Script, j: JSCodeshift, made: Node, old: Property[]): void {
  for (const one of old) {
    const name = keyOf(one) ?? '';
    const value = one.value as Node;
    const client = name === 'mongooseConnection' ? expressionOf(j, ['', '.getClient()'], [value]) : value;
    Object.assign(one, { key: j.identifier(RENAMED[name] ?? name), value: client, shorthand: false });
  }
  const { callee, arguments: given } = made as unknown as { callee: never; arguments: never[] };
  replace(script, made, j.callExpression(j.memberExpression(callee, j.identifier('create')), given) as Node);
}

/** The class, by whichever way it is or was taken from the package. */
function isStore(script: Script, node: Node): boolean {
  if (/^connect-mongo(\.MongoStore)?$/.test(originOf(script, node) ?? '')) return true;
  const value = valueBehind(script, node);
  return value !== undefined && 'node' in value && factoryCalls(value.script, MODULE).includes(value.node);
}
