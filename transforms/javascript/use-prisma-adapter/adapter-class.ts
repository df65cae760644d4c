import type { Found } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { freeName } from '../../../src/languages/javascript/imports.ts';
import { importedAs, requiredModule } from '../../../src/languages/javascript/module-names.ts';
import { type Node, nameOf } from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';

export const SQLITE = '@prisma/adapter-better-sqlite3';
const [OLD, PRESENT] = ['PrismaBetterSQLite3', 'PrismaBetterSqlite3'];

/** The adapter's class by the name that it had before 7: in an import or a destructured `require`, with every use of the name. */
export function oldAdapterNames(script: Script, adapter: PackageVersion | undefined): Found[] {
  if (!adapter?.is('>=7')) return [];
  return script.all('Identifier').flatMap((name): Found[] => {
    const local = name.name === OLD ? localOf(script, name) : undefined;
    const binding = local && script.bindingOf(local);
    if (!local || !binding) return [];
    const found = {
      subject: OLD,
      at: name as Node,
      message: `${adapter.text} exports no ${OLD}; the class is called ${PRESENT}.`,
      safety: 'safe' as const,
    };
    const uses = binding.name === OLD ? [binding.identifier, ...binding.references] : [];
    if (uses.length > 0 && freeName(script, PRESENT) === undefined)
      return [
        { ...found, safety: 'report', next: `Use ${PRESENT} everywhere; both names are in this file.` },
      ];
    return [
      {
        ...found,
        repair: () => {
          for (const use of [name, ...uses]) (use as { name: string }).name = PRESENT;
        },
      },
    ];
  });
}

/** What the file calls the class, where an identifier is its name in an import or in the pattern of a `require`. */
function localOf(script: Script, name: Node): Node | undefined {
  const parent = script.parentOf(name);
  if (parent?.type === 'ImportSpecifier' && (parent.imported as Node) === name)
    return importedAs(script, parent)?.module === SQLITE ? ((parent.local ?? name) as Node) : undefined;
  if (parent?.type !== 'ObjectProperty' || (parent.key as Node) !== name) return undefined;
  const pattern = script.parentOf(parent);
  const declarator = pattern && script.parentOf(pattern);
  const { id, init } = (declarator ?? {}) as { id?: Node; init?: Node | null };
  const isIt = id === pattern && init && requiredModule(script, init) === SQLITE;
  return isIt && nameOf(parent.value as Node) !== undefined ? (parent.value as Node) : undefined;
}
