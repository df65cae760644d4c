import { addPackage } from '../../../src/backend/javascript/package-edits.ts';
import {
  detectWith,
  type Find,
  type Found,
  type Look,
  rewriteWith,
} from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { statementOf } from '../../../src/languages/javascript/build.ts';
import { hasImports, insertBehindImports } from '../../../src/languages/javascript/imports.ts';
import { importedAs, requiredModule } from '../../../src/languages/javascript/module-names.ts';
import {
  argumentsOf,
  isCall,
  isMember,
  methodCall,
  type Node,
  nameOf,
  propertyOf,
  stringValue,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { declaredType, originOf, typeOrigin, valueBehind } from '../../../src/languages/javascript/trace.ts';
import { usesOf } from '../../../src/languages/javascript/uses.ts';
import type { Transform } from '../../../src/transform.ts';

const CORE = '@mikro-orm/core';

const find: Find = (look) => {
  const { version } = look;
  const core = version(CORE);
  if (!core?.is('>=6')) return [];
  return [...calls(look, core), ...configurations(look, core)];
};

function calls(look: Look, core: PackageVersion): Found[] {
  const { script } = look;
  return script.calls.flatMap((call): Found[] => {
    const type = typeOption(script, call);
    if (type)
      return [
        {
          subject: 'type',
          at: type,
          message: `${core.text} has no option \`type\`; the package of the driver says it.`,
          ...driverFor(look, call, type),
        },
      ];
    const used = methodCall(call);
    if (!used || !GONE.test(used.method) || !core.is('<7') || !isRepository(script, used.receiver)) return [];
    const callee = unwrap(call.callee as Node);
    return [
      {
        subject: used.method,
        at: call,
        message: `${core.text} has no ${used.method}() on a repository; the entity manager has it.`,
        safety: { unsafe: 'The entity manager of the repository does it.' },
        repair: (j) => {
          if (isMember(callee))
            callee.object = j.callExpression(
              j.memberExpression(callee.object, j.identifier('getEntityManager')),
              [],
            );
        },
      },
    ];
  });
}

/** `const config: Options = { type: 'postgresql' }`, which init() or the command line tool takes elsewhere: it names the driver itself. */
function configurations(look: Look, core: PackageVersion): Found[] {
  const { script, version, backend } = look;
  return script.all('ObjectExpression').flatMap((object): Found[] => {
    const type = propertyOf(object, 'type');
    const name = DRIVERS[stringValue(type?.value as Node | undefined) ?? ''];
    const driver = name && CLASSES[name];
    if (!type || !driver || propertyOf(object, 'driver') || !isConfiguration(script, object)) return [];
    const home = `@mikro-orm/${name}`;
    const added = backend && version(home) === undefined ? addPackage(backend, `${home}@^6.0.0`) : [];
    return [
      {
        subject: 'type',
        at: type,
        message: `${core.text} has no option \`type\`; the class of the driver says it.`,
        ...(added && added.length > 0 && { edits: added }),
        repair: (j) => {
          Object.assign(type, { key: j.identifier('driver'), value: j.identifier(driver) });
          const text = hasImports(script)
            ? `import { ${driver} } from '${home}';`
            : `const { ${driver} } = require('${home}');`;
          insertBehindImports(script, statementOf(j, [text]));
        },
      },
    ];
  });
}

/** True for an object that is declared as options of MikroORM, or that `MikroORM.init()` is handed by a name. */
function isConfiguration(script: Script, object: Node): boolean {
  const holder = script.parentOf(object);
  const { typeAnnotation } = (holder ?? {}) as { typeAnnotation?: Node | null };
  if (holder && /^TS(Satisfies|As)Expression$/.test(holder.type))
    return OPTIONS.test(typeOrigin(script, typeAnnotation ?? undefined) ?? '');
  if (holder?.type !== 'VariableDeclarator' && !/^(Export|Assignment)/.test(holder?.type ?? '')) return false;
  if (holder?.type === 'VariableDeclarator' && OPTIONS.test(declaredType(script, holder.id as Node) ?? ''))
    return true;
  return (usesOf(script, object) ?? []).some((use) => {
    const call = use.script.parentOf(use.node);
    return (
      isCall(call) &&
      argumentsOf(call)[0] === use.node &&
      INIT.test(originOf(use.script, call.callee as Node) ?? '')
    );
  });
}

const OPTIONS = /^@mikro-orm\/core\.Options$/;
const INIT = /^@mikro-orm\/core\.MikroORM\.init(Sync)?$/;

export const transform = {
  title: 'Take MikroORM from the package of its driver',
  why: 'MikroORM 6 refuses the option type and has no persistAndFlush on repositories, so the server does not start or not save.',
  safety: 'safe',
  docs: 'https://mikro-orm.io/docs/upgrading-v5-to-v6',
  catalogue: ['js-mikro-orm-6'],
  fixes: [
    /The `type` option has been removed in v6/,
    /No driver specified, please fill in the `driver` option/,
    /\.(persistAndFlush|removeAndFlush) is not a function/,
  ],
  packages: ['@mikro-orm/core'],
  literals: [CORE, 'AndFlush(', 'type:'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--@mikro-orm/core=6` gives the installed version. */
export default rewriteWith(find);

const GONE = /^(persistAndFlush|removeAndFlush|persist|remove|flush)$/;
/** The package of each type. */
const DRIVERS: Record<string, string> = {
  postgresql: 'postgresql', mysql: 'mysql', mariadb: 'mariadb', sqlite: 'sqlite', 'better-sqlite': 'better-sqlite',
  mongo: 'mongodb', mssql: 'mssql',
}; // biome-ignore format: one table

/** The class that each package has. */
const CLASSES: Record<string, string> = {
  postgresql: 'PostgreSqlDriver', mysql: 'MySqlDriver', mariadb: 'MariaDbDriver', sqlite: 'SqliteDriver',
  'better-sqlite': 'BetterSqliteDriver', mongodb: 'MongoDriver', mssql: 'MsSqlDriver',
}; // biome-ignore format: one table

/** `type: 'postgresql'` of `MikroORM.init()` and `defineConfig()`. */
function typeOption(script: Script, call: Node): Node | undefined {
  const [options] = argumentsOf(call);
  const type = options && propertyOf(unwrap(options), 'type');
  if (!type || !Object.hasOwn(DRIVERS, stringValue(type.value as Node) ?? '')) return undefined;
  const origin = originOf(script, (call as unknown as { callee: Node }).callee) ?? '';
  return /^@mikro-orm\/core\.(MikroORM\.init(Sync)?|defineConfig)$/.test(origin) ? type : undefined;
}

function driverFor({ script, backend, version }: Look, call: Node, type: Node): Partial<Found> {
  const driver = `@mikro-orm/${DRIVERS[stringValue((type as unknown as { value: Node }).value) ?? '']}`;
  const used = script
    .within((call as unknown as { callee: Node }).callee)
    .find(({ type: kind }) => kind === 'Identifier');
  const specifier = used && script.bindingOf(used)?.declaration;
  const imported = specifier?.type === 'ImportSpecifier' ? importedAs(script, specifier) : undefined;
  const required = used && requiredModuleOf(script, used);
  const added = backend && version(driver) === undefined ? addPackage(backend, `${driver}@^6.0.0`) : [];
  const edits = added && added.length > 0 ? { edits: added } : {};
  if (required)
    return {
      ...edits,
      repair: (j) => {
        remove(script, type);
        replace(script, required, j.stringLiteral(driver) as Node);
      },
    };
  if (!specifier || imported?.module !== CORE)
    return { safety: 'report', next: `Take MikroORM from ${driver} and leave type out.` };
  const declaration = script.parentOf(specifier) as Node & { specifiers?: Node[] };
  return {
    ...edits,
    repair: (j) => {
      remove(script, type);
      const local = nameOf((specifier as unknown as { local?: Node }).local);
      const names = local === imported.name ? imported.name : `${imported.name} as ${local}`;
      if (declaration.specifiers?.length === 1)
        replace(script, (declaration as unknown as { source: Node }).source, j.stringLiteral(driver) as Node);
      else {
        remove(script, specifier);
        insertBehindImports(script, statementOf(j, [`import { ${names} } from '${driver}';`]));
      }
    },
  };
}

/** The module of `const { MikroORM } = require('@mikro-orm/core')`. The driver's package has all that the core has. */
function requiredModuleOf(script: Script, used: Node): Node | undefined {
  const { id, init } = (script.bindingOf(used)?.declaration ?? {}) as { id?: Node; init?: Node | null };
  const isCore = id?.type === 'ObjectPattern' && init && requiredModule(script, init) === CORE;
  return isCore ? argumentsOf(init)[0] : undefined;
}

function isRepository(script: Script, node: Node): boolean {
  if (/^@mikro-orm\/\w+\.EntityRepository$/.test(declaredType(script, node) ?? '')) return true;
  const value = valueBehind(script, node);
  const used = value && 'node' in value ? methodCall(value.node) : undefined;
  return value !== undefined && used?.method === 'getRepository' && isManager(value.script, used.receiver);
}

function isManager(script: Script, node: Node): boolean {
  const at = unwrap(node);
  if (/^@mikro-orm\/[\w-]+\.(\w*EntityManager)$/.test(declaredType(script, at) ?? '')) return true;
  const fork = methodCall(at);
  if (fork?.method === 'fork') return isManager(script, fork.receiver);
  if (!isMember(at) || (at.property as { name?: string }).name !== 'em') return false;
  const value = valueBehind(script, at.object as Node);
  const made = value && 'node' in value ? (value.node as unknown as { callee?: Node }).callee : undefined;
  return (
    value !== undefined &&
    made !== undefined &&
    /^@mikro-orm\/[\w-]+\.MikroORM\.init(Sync)?$/.test(originOf(value.script, made) ?? '')
  );
}
