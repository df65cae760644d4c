import type { PythonDocument } from '../languages/python/document.ts';
import { dirname, join, type ModuleTarget } from '../languages/python/modules.ts';

const LOADS_BY_NAME =
  /\b(import_module|pkgutil|walk_packages|iter_modules|__import__|find_modules|import_string|runpy)\b|\bexec\(/;

/** The modules that are loaded once these are, by path: through every import of theirs, also those inside of functions, and the packages above. */
export function reachFrom(starts: readonly PythonDocument[]): Map<string, PythonDocument> {
  const found = new Map<string, PythonDocument>();
  const waiting = [...starts];
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    if (found.has(at.path)) continue;
    found.set(at.path, at);
    waiting.push(...importsOf(at), ...packagesAbove(at));
  }
  return found;
}

/** True where one of these modules loads others by a name that it makes up: then nothing can be said to be missing. */
export function loadsByName(documents: Iterable<PythonDocument>): boolean {
  return [...documents].some(({ text }) => LOADS_BY_NAME.test(text));
}

function importsOf(document: PythonDocument): PythonDocument[] {
  const found: PythonDocument[] = [];
  const add = (target: ModuleTarget | undefined) => {
    if (target?.kind === 'project') found.push(target.document);
  };
  for (const binding of document.bindings) {
    if (binding.kind === 'import') addDotted(document, binding.module ?? binding.name, add);
    if (binding.kind !== 'from-import') continue;
    if (binding.guards.some((guard) => guard.kind === 'if' && guard.test.text.includes('TYPE_CHECKING')))
      continue;
    const target = document.modules.resolve(document.path, binding.module ?? '');
    const name = binding.imported ?? binding.name;
    add(target);
    if (target.kind === 'namespace') add(document.modules.below(target.folder, name));
    if (target.kind === 'project') add(document.modules.submodule(target.document, name));
  }
  for (const star of document.scopes.stars) add(document.modules.resolve(document.path, star.module));
  return found;
}

/** `import a.b.c` loads all three. */
function addDotted(document: PythonDocument, module: string, add: (target: ModuleTarget) => void): void {
  const parts = module.split('.');
  for (let length = 1; length <= parts.length; length++)
    add(document.modules.resolve(document.path, parts.slice(0, length).join('.')));
}

function packagesAbove(document: PythonDocument): PythonDocument[] {
  const found: PythonDocument[] = [];
  for (let folder = dirname(document.path); folder !== ''; folder = dirname(folder)) {
    const above = document.modules.document(join(folder, '__init__.py'));
    if (above) found.push(above);
  }
  return found;
}
