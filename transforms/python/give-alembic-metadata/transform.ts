import { alembicEnvironments, isStartedByProgram } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImportLines } from '../../../src/languages/python/plain-imports.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** More than this is for a package of models to gather. */
const MOST_MODULES = 12;

export default {
  title: 'Give alembic the metadata of the models',
  why: 'Without target_metadata alembic cannot compare the models with the database: revision --autogenerate and check end with an error.',
  safety: { unsafe: 'every alembic command imports the modules of the models' },
  docs: 'https://alembic.sqlalchemy.org/en/latest/autogenerate.html',
  catalogue: ['py-alembic-target-metadata'],
  fixes: [
    /Can't proceed with --autogenerate option; environment script .* does not provide a MetaData object/,
  ],
  literals: ['target_metadata'],
  detect(document, backend) {
    const environment = alembicEnvironments(backend).find((each) => each.document.path === document.path);
    const bound = document.scopes.module.bindings.get('target_metadata') ?? [];
    const [binding] = bound;
    if (!environment || !binding || bound.length > 1 || binding.value?.type !== 'none') return [];
    return draft(document, backend, binding);
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, backend: Backend, binding: Binding): Draft[] {
  const [home, other] = backend.facts.metadata;
  if (!home || !binding.value) return [];
  const base = {
    subject: 'target_metadata',
    at: document.place(binding.statement),
    message: `target_metadata is None, and the models are in ${home.expression}.`,
  };
  const [first = ''] = home.expression.split('.');
  const { bindings } = document.scopes.module;
  const modules = backend.facts.modelModules.filter((module) => module !== home.module);
  const taken =
    bindings.has(first) ||
    modules.some((module) => bindings.get(module.split('.')[0] ?? '')?.some(({ kind }) => kind !== 'import'));
  if (isStartedByProgram(document))
    return [
      {
        ...base,
        safety: 'report',
        next: `The program that starts these migrations has to import the modules with models before ${document.path}: importing them there may start what it has started.`,
      },
    ];
  if (other || taken || modules.length > MOST_MODULES || modules.includes(''))
    return [
      {
        ...base,
        safety: 'report',
        next: `Import every module with models in ${document.path}, and set target_metadata to their metadata.`,
      },
    ];
  const models = modules.map((module) => `import ${module}  # noqa: F401`);
  return [
    {
      ...base,
      edits: [
        ...addImportLines(document, [...models, `from ${home.module} import ${first}`]),
        { ...document.place(binding.value), text: home.expression },
      ],
    },
  ];
}
