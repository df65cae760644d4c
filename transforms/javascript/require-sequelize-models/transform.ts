import type { JSCodeshift } from 'jscodeshift';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { isSequelize } from '../../../src/backend/javascript/sequelize.ts';
import { expressionOf, statementOf } from '../../../src/languages/javascript/build.ts';
import {
  freeName,
  hasImports,
  insertBehindImports,
  isNativeModule,
} from '../../../src/languages/javascript/imports.ts';
import { localModule } from '../../../src/languages/javascript/module-names.ts';
import {
  argumentsOf,
  isFunction,
  methodCall,
  type Node,
  stringValue,
} from '../../../src/languages/javascript/nodes.ts';
import { replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const sequelize = version('sequelize');
  if (!sequelize?.is('>=6')) return [];
  return script.calls.flatMap((call): Found[] => {
    const used = methodCall(call);
    const [path, more] = argumentsOf(call);
    if (used?.method !== 'import' || !path || !isSequelize(script, used.receiver)) return [];
    const found = { subject: 'import', at: call, message: `${sequelize.text} has no sequelize.import().` };
    const byHand = {
      safety: 'report',
      next: 'Import the module and call it with sequelize and DataTypes.',
    } as const;
    if (more || isFunction(path)) return [{ ...found, ...byHand }];
    if (hasImports(script)) {
      const model = modelOf(script, path);
      return [
        model
          ? { ...found, repair: (j) => importIt(script, j, call, used.receiver, model) }
          : { ...found, ...byHand },
      ];
    }
    return [{ ...found, repair: (j) => requireIt(script, j, call, used.receiver, path) }];
  });
};

export const transform = {
  title: 'Load the models of Sequelize with require',
  why: 'Sequelize 6 has no import(), so models/index.js fails when it is loaded, and the server does not start.',
  safety: 'safe',
  docs: 'https://sequelize.org/docs/v6/other-topics/upgrade/#sequelizeimport',
  catalogue: ['js-sequelize-import'],
  fixes: [/sequelize\.import is not a function/, /sequelize\['import'\] is not a function/],
  packages: ['sequelize'],
  literals: ['.import(', "['import']", '["import"]'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--sequelize=6` gives the installed version. */
export default rewriteWith(find);

/** `sequelize.import(file)` → `require(file)(sequelize, Sequelize.DataTypes)`. */
function requireIt(script: Script, j: JSCodeshift, call: Node, sequelize: Node, path: Node): void {
  replace(script, call, expressionOf(j, ['require(', ')(', `, ${dataTypes(script)})`], [path, sequelize]));
}

interface Model {
  name: string;
  module: string;
}

/** The module that a model is the default export of, and a name for it. */
function modelOf(script: Script, path: Node): Model | undefined {
  const module = stringValue(path);
  const other = module === undefined ? undefined : localModule(script, module);
  if (module === undefined || !other || other.all('ExportDefaultDeclaration').length === 0) return undefined;
  const [, word = ''] = /([A-Za-z]\w*)(\.\w+)*$/.exec(module) ?? [];
  const name = freeName(script, `define${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  const isWritten = !isNativeModule(script) || /\.[cm]?js$/.test(module);
  return word !== '' && name !== undefined && isWritten ? { name, module } : undefined;
}

/** `sequelize.import('./user')` → `defineUser(sequelize, Sequelize.DataTypes)`, with `import defineUser from './user'`. */
function importIt(
  script: Script,
  j: JSCodeshift,
  call: Node,
  sequelize: Node,
  { name, module }: Model,
): void {
  const types = dataTypes(script);
  insertBehindImports(script, statementOf(j, [`import ${name} from '${module}';`]));
  replace(script, call, expressionOf(j, [`${name}(`, `, ${types})`], [sequelize]));
}

/** How the file gets at DataTypes: by its own name, or through Sequelize. */
function dataTypes(script: Script): string {
  for (const name of script.all('Identifier')) {
    const binding = script.bindingOf(name);
    if (binding?.identifier !== name || script.functionAround(name)) continue;
    const origin = originOf(script, name);
    if (origin === 'sequelize.DataTypes') return name.name;
    if (origin === 'sequelize' || origin === 'sequelize.Sequelize') return `${name.name}.DataTypes`;
  }
  return "require('sequelize').DataTypes";
}
