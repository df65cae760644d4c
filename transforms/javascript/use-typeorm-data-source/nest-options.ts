import { posix } from 'node:path';
import type { Found, Look } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { expressionOf } from '../../../src/languages/javascript/build.ts';
import { exportsOf } from '../../../src/languages/javascript/exports.ts';
import { importPath } from '../../../src/languages/javascript/import-path.ts';
import { freeName, isNativeModule } from '../../../src/languages/javascript/imports.ts';
import { argumentsOf, type Call, endOf, type Node } from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import { originOf, valueBehind } from '../../../src/languages/javascript/trace.ts';
import { readJsonc } from '../../../src/settings/jsonc.ts';
import type { Edit } from '../../../src/types.ts';

/** `TypeOrmModule.forRoot()` of Nest, which left the options to TypeORM. */
export function isWithoutOptions(script: Script, call: Call): boolean {
  const isBare = argumentsOf(call).length === 0;
  return isBare && originOf(script, call.callee as Node) === '@nestjs/typeorm.TypeOrmModule.forRoot';
}

/** `forRoot()` with the options of the ormconfig file that TypeORM had found by itself. */
export function withoutOptions(
  script: Script,
  call: Call,
  typeorm: PackageVersion,
  backend: Look['backend'],
): Found {
  const found = {
    subject: 'forRoot',
    at: call,
    message: `${typeorm.text} reads no ormconfig file, and TypeOrmModule.forRoot() is given no options.`,
  };
  const config = backend && ormConfig(script, backend);
  if (!config) return { ...found, safety: 'report', next: 'Write the options into forRoot({ … }).' };
  const path = importPath(script, config.file);
  const own = freeName(script, 'ormconfig', 'ormConfig') ?? 'ormconfig';
  return {
    ...found,
    safety: {
      unsafe: `What ${config.file} holds is read when the module is loaded, and not where TypeORM was started.`,
    },
    repair: (j) => {
      const given = expressionOf(j, [config.imported ? own : `require('${path}')`]);
      (call as unknown as { arguments: Node[] }).arguments = [given];
    },
    ...(config.imported && { edits: [importBehindOthers(script, `import ${own} from '${path}';`)] }),
  };
}

/** As text: recast would put an empty line before an import that a class with decorators follows. */
function importBehindOthers(script: Script, text: string): Edit {
  const at = Math.max(0, ...script.all('ImportDeclaration').map(endOf));
  return { file: script.path, start: at, end: at, text: lineEnding(script.text) + text };
}

/** The ormconfig file beside a backend's package.json that holds the options of one connection. */
function ormConfig(
  script: Script,
  { workspace, facts }: NonNullable<Look['backend']>,
): { file: string; imported: boolean } | undefined {
  const at = (extension: string) => posix.join(facts.root, `ormconfig.${extension}`);
  const files = ['ts', 'js', 'json'].map(at).filter((path) => workspace.has(path));
  const [file, more] = files;
  if (file === undefined || more !== undefined || isNativeModule(script)) return undefined;
  if (file.endsWith('.json')) {
    const data = readJsonc(workspace.read(file)?.text ?? '');
    const isOne = typeof data === 'object' && data !== null && !Array.isArray(data);
    return isOne ? { file, imported: false } : undefined;
  }
  const config = script.modules?.script(file);
  const { named, whole } = config ? exportsOf(config) : { named: () => undefined, whole: undefined };
  const options = whole ?? (named('default') as { node?: Node } | undefined)?.node;
  const value = config && options && valueBehind(config, options);
  if (!value || 'module' in value || value.node.type !== 'ObjectExpression') return undefined;
  const isDefault = whole === undefined;
  return file.endsWith('.js') === isDefault ? undefined : { file, imported: isDefault };
}
