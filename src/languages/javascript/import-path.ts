import { posix } from 'node:path';
import { isNativeModule } from './imports.ts';
import { isRelative, requiredModule } from './module-names.ts';
import { type Node, nameOf } from './nodes.ts';
import type { Script } from './script.ts';

/** How a file names another one of the backend in an import: by an alias where that is its habit, else relatively. */
export function importPath(script: Script, file: string): string {
  const relative = posix.relative(posix.dirname(script.path), file);
  const bare = relative.replace(/\.[cm]?tsx?$|\.[cm]?jsx?$/, '');
  const near = bare.startsWith('.') ? bare : `./${bare}`;
  // Node itself asks for the extension, and knows no alias of TypeScript's.
  if (isNativeModule(script)) return `${near}.${/\.([cm]?)[jt]sx?$/.exec(relative)?.[1] ?? ''}js`;
  return (near.startsWith('../') && aliasOf(script, file)) || near;
}

/** The shortest alias of a file, where most of what the file imports from elsewhere in the backend comes by one. */
function aliasOf(script: Script, file: string): string | undefined {
  const own = importedNames(script).filter(
    (name) => script.modules?.resolve(script.path, name) !== undefined,
  );
  const aliased = own.filter((name) => !isRelative(name));
  const isHabit = aliased.length > own.filter((name) => name.startsWith('../')).length;
  const names = isHabit ? (script.modules?.aliases(script.path, file) ?? []) : [];
  return names.sort((a, b) => a.length - b.length)[0];
}

function importedNames(script: Script): string[] {
  const names = [
    ...script.all('ImportDeclaration').map(({ source }) => nameOf(source as Node)),
    ...script.calls.map((call) => requiredModule(script, call)),
  ];
  return names.filter((name) => name !== undefined);
}
