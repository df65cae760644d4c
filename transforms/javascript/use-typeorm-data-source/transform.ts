import {
  dataSources,
  functionOf,
  GLOBALS,
  specifierOf,
} from '../../../src/backend/javascript/data-sources.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import { dropImportsOf } from '../../../src/languages/javascript/imports.ts';
import {
  argumentsOf,
  type Call,
  isCall,
  isMember,
  isPlainObject,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';
import { importDataSource, makeSource } from './make-source.ts';
import { isWithoutOptions, withoutOptions } from './nest-options.ts';
import { onlyRunner, onlySource, sourceOf } from './only-source.ts';
import { dropImport, GONE, gone, KEEP, unusedImports } from './removed.ts';
import { emptyRepositories, ownRepository, plainClass } from './repositories.ts';

const UNSAFE = {
  unsafe: 'The data source must be initialised before the first use of what is taken from it.',
};

const find: Find = ({ script, version, backend }) => {
  const typeorm = version('typeorm');
  if (!typeorm?.is('>=0.3')) return [];
  const ofCalls = script.calls.flatMap((call): Found[] => {
    if (isWithoutOptions(script, call) && typeorm.is('>=1'))
      return [withoutOptions(script, call, typeorm, backend)];
    const name = functionOf(script, call);
    if (Object.hasOwn(GLOBALS, name)) return ofGlobal(script, call, name, typeorm);
    if (name === 'createConnection' && typeorm.is('>=1')) return [ofCreate(script, call, typeorm)];
    if (name === 'getConnectionManager' && typeorm.is('>=1')) return [ofManager(script, call, typeorm)];
    const made =
      name === 'EntityRepository' && typeorm.is('>=1') ? plainClass(script, call, typeorm) : undefined;
    if (made) return [made];
    const next = typeorm.is('>=1') ? GONE[name] : undefined;
    return next ? [{ subject: name, at: call, message: gone(typeorm, name), safety: 'report', next }] : [];
  });
  return typeorm.is('>=1')
    ? [...unusedImports(script, typeorm), ...emptyRepositories(script, typeorm), ...ofCalls]
    : ofCalls;
};

export const transform = {
  title: 'Take repositories from the data source',
  why: 'The global functions know no connection where a DataSource is used, and TypeORM 1.0 has none of them.',
  safety: UNSAFE,
  docs: 'https://typeorm.io/docs/releases/1.0/upgrading-from-0.3/',
  catalogue: ['js-typeorm1-removed-api', 'js-typeorm-no-connection'],
  fixes: [
    /ConnectionNotFoundError: Connection "default" was not found/,
    /\b(createConnection|getConnection|getRepository|getManager|getCustomRepository|EntityRepository)\)? is not a function/,
  ],
  packages: ['typeorm', '@nestjs/typeorm'],
  literals: [
    'getRepository',
    'getManager',
    'getConnection',
    'createConnection',
    'getCustomRepository',
    'EntityRepository',
    'getTreeRepository',
    'forRoot',
    'new Repository',
  ],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform, with `--unsafe`. `--typeorm=1.1.1` gives the installed version. It looks at one file alone. */
export default rewriteWith(find, UNSAFE);

function ofGlobal(script: Script, call: Call, name: string, typeorm: PackageVersion): Found[] {
  const sources = dataSources(script);
  const given = argumentsOf(call);
  // In 0.3 the functions work where createConnection() made the connection.
  if (typeorm.is('<1') && sources.length === 0) return [];
  const message = typeorm.is('>=1')
    ? gone(typeorm, name)
    : `${name}() of ${typeorm.text} does not know the DataSource of this backend.`;
  const takes = /Repository$/.test(name) ? 1 : 0;
  const own =
    name === 'getRepository' && given.length === 1 ? ownRepository(script, call, given[0]) : undefined;
  if (own !== undefined && typeorm.is('>=1'))
    return [
      {
        subject: name,
        at: call,
        message,
        repair: (j) => {
          replace(script, call, expressionOf(j, [`this.${own}`]));
          dropImport(script, call);
        },
      },
    ];
  const local = onlyRunner(script, call, name) ?? onlySource(script, sources, given[takes]);
  const found = { subject: name, at: call, message };
  if (!local || given.length > takes + 1)
    return [
      {
        ...found,
        safety: 'report',
        next: `Write dataSource${GLOBALS[name]}, of the DataSource that you initialise.`,
      },
    ];
  return [
    {
      ...found,
      repair: (j) => {
        const text = `${local.name}${GLOBALS[name]}`;
        const [entity] = given.slice(0, takes);
        local.import(j);
        replace(
          script,
          call,
          entity ? expressionOf(j, [`${text}(`, ')'], [entity]) : expressionOf(j, [text]),
        );
        dropImport(script, call);
      },
    },
  ];
}

/** `getConnectionManager().get(name)` → the data source, where there is one only. */
function ofManager(script: Script, call: Call, typeorm: PackageVersion): Found {
  const found = { subject: 'getConnectionManager', at: call, message: gone(typeorm, 'getConnectionManager') };
  const member = script.parentOf(call);
  const get = member && script.parentOf(member);
  const isGet = isMember(member) && propertyName(member) === 'get' && isCall(get) && get.callee === member;
  const local = isGet ? onlySource(script, dataSources(script)) : undefined;
  if (!local || !isCall(get)) return { ...found, safety: 'report', next: KEEP };
  return {
    ...found,
    repair: (j) => {
      local.import(j);
      replace(script, get, expressionOf(j, [local.name]));
      dropImport(script, call);
    },
  };
}

/** `createConnection(…)`: the data source that there is, one that is declared for all, or `new DataSource({ … })` in its place. */
function ofCreate(script: Script, call: Call, typeorm: PackageVersion): Found {
  const [options, more] = argumentsOf(call);
  const found = { subject: 'createConnection', at: call, message: gone(typeorm, 'createConnection') };
  const imported = specifierOf(script, call);
  const source = sourceOf(script, call);
  if (source)
    return {
      ...found,
      repair: (j) => {
        source.import(j);
        replace(script, call, expressionOf(j, [`${source.name}.initialize()`]));
        dropImportsOf(script, call);
      },
    };
  const made = makeSource(script, call);
  if (made) return { ...found, ...made };
  if (!options || more || !isPlainObject(unwrap(options)) || imported?.uses !== 1)
    return {
      ...found,
      safety: 'report',
      next: 'Write new DataSource(options).initialize(), and export the data source.',
    };
  return {
    ...found,
    repair: (j) => {
      importDataSource(script, j, imported);
      const made = expressionOf(j, ['new DataSource(', ').initialize()'], [options]);
      replace(script, call, made);
    },
  };
}
