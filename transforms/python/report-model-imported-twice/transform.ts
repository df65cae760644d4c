import type { Backend } from '../../../src/backend/backend.ts';
import { reachFrom } from '../../../src/backend/import-reach.ts';
import { modelsOf } from '../../../src/backend/models.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Binding } from '../../../src/languages/python/scope.ts';
import type { Transform } from '../../../src/transform.ts';

export default {
  title: 'Import the models by one path',
  why: 'Python loads a module once for each name it is imported by; the second time its tables are there already, and the import fails.',
  safety: 'report',
  docs: 'https://docs.python.org/3/reference/import.html#the-module-cache',
  catalogue: ['py-sqlmodel-model-shape'],
  fixes: [/Table '\w+' is already defined for this MetaData instance/],
  literals: ['import'],
  detect(document, backend) {
    const paths = importsOfModels(backend).get(document.path);
    if (!paths || paths.size < 2 || modelsOf(document).length === 0) return [];
    const [first, second] = [...paths];
    if (!first || !second) return [];
    const at = second[1].document.place(second[1].binding.node);
    return [
      {
        subject: document.path,
        at,
        message: `${document.path} is imported as ${first[0]} (${first[1].document.path}) and as ${second[0]}: its tables are made twice.`,
        next: `Import it as ${longer(first[0], second[0])} everywhere.`,
      },
    ];
  },
} satisfies Transform<'python'>;

interface Import {
  document: PythonDocument;
  binding: Binding;
}

const known = new WeakMap<Backend, Map<string, Map<string, Import>>>();

/** By the path of each module: the absolute names that the server imports it by. Tests, migrations and scripts are programs of their own. */
function importsOfModels(backend: Backend): Map<string, Map<string, Import>> {
  const found = known.get(backend) ?? findImports(backend);
  known.set(backend, found);
  return found;
}

function findImports(backend: Backend): Map<string, Map<string, Import>> {
  const found = new Map<string, Map<string, Import>>();
  const entry = backend.application?.document;
  for (const document of entry ? reachFrom([entry]).values() : []) {
    for (const binding of document.topBindings) {
      if (
        binding.kind !== 'from-import' ||
        binding.guards.length > 0 ||
        !binding.module ||
        binding.module.startsWith('.')
      )
        continue;
      const target = document.modules.resolve(document.path, binding.module);
      if (target.kind !== 'project') continue;
      const names = found.get(target.document.path) ?? new Map<string, Import>();
      if (!names.has(binding.module)) names.set(binding.module, { document, binding });
      found.set(target.document.path, names);
    }
  }
  return found;
}

function longer(a: string, b: string): string {
  return a.length >= b.length ? a : b;
}
