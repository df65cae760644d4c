import { GLOBALS } from '../../../src/backend/javascript/data-sources.ts';
import type { Found } from '../../../src/backend/javascript/repair.ts';
import type { PackageVersion } from '../../../src/backend/javascript/versions.ts';
import { importsOf } from '../../../src/languages/javascript/imports.ts';
import { type Call, type Node, nameOf } from '../../../src/languages/javascript/nodes.ts';
import { remove, type Script } from '../../../src/languages/javascript/script.ts';

export const KEEP = 'Keep your DataSource objects yourself.';

export const GONE: Record<string, string> = {
  getConnectionManager: KEEP,
  createConnections: 'Make a DataSource for each and initialise it.',
  getCustomRepository: 'Write dataSource.getRepository(Entity).extend({ … }).',
  EntityRepository: 'Write dataSource.getRepository(Entity).extend({ … }).',
  getConnectionOptions: 'Write the options where the DataSource is made.',
};

export function gone(typeorm: PackageVersion, name: string): string {
  return `${typeorm.text} has no ${name}().`;
}

/**
 * Imports of what TypeORM 1.0 has no longer, where nothing uses the name: what is left when several calls of one file are repaired.
 * An ES module that imports them fails when it is loaded, and TypeScript refuses them.
 */
export function unusedImports(script: Script, typeorm: PackageVersion): Found[] {
  return importsOf(script, 'typeorm').flatMap((declaration): Found[] => {
    const all = (declaration.specifiers ?? []) as Node[];
    const unused = all.filter((one) => isGone(one) && isUnused(script, one));
    const [first] = unused;
    if (!first) return [];
    const names = unused.map((one) => importedNameOf(one)).join(', ');
    return [
      {
        subject: `import of ${names}`,
        at: first,
        message: `${typeorm.text} does not export ${names}, and nothing here uses it.`,
        safety: 'safe',
        repair: () => {
          const gone = unused.length === all.length ? [declaration as Node] : unused;
          for (const one of gone) remove(script, one);
        },
      },
    ];
  });
}

function isGone(specifier: Node): boolean {
  const name = importedNameOf(specifier);
  return name === 'createConnection' || Object.hasOwn(GLOBALS, name) || Object.hasOwn(GONE, name);
}

function importedNameOf(specifier: Node): string {
  return specifier.type === 'ImportSpecifier' ? (nameOf(specifier.imported as Node) ?? '') : '';
}

function isUnused(script: Script, specifier: Node): boolean {
  const local = (specifier as unknown as { local?: Node }).local;
  return local !== undefined && script.bindingOf(local)?.references.length === 0;
}

/** Takes the import of a global function away with its last use. */
export function dropImport(script: Script, call: Call): void {
  const callee = call.callee as Node;
  const binding = callee.type === 'Identifier' ? script.bindingOf(callee) : undefined;
  const specifier = binding?.declaration;
  if (specifier?.type !== 'ImportSpecifier' || binding?.references.length !== 1) return;
  const declaration = script.parentOf(specifier) as Node & { specifiers?: Node[] };
  remove(script, declaration.specifiers?.length === 1 ? declaration : specifier);
}
