import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';

/** The statement that takes a name out of its package: this one, or one of a module of the project that hands it on. */
export function importedBy(
  document: PythonDocument,
  binding: Binding,
  hops = 0,
): { document: PythonDocument; binding: Binding } | undefined {
  const target = document.modules.resolve(document.path, binding.module ?? '');
  if (target.kind === 'external') return { document, binding };
  if (target.kind !== 'project' || hops > 8) return undefined;
  const [next, other] = target.document.scopes.module.bindings.get(binding.imported ?? binding.name) ?? [];
  return next && !other ? importedBy(target.document, next, hops + 1) : undefined;
}
