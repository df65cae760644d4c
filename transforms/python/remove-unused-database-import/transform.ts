import { isTest } from '../../../src/backend/entry.ts';
import { isUnusedImport } from '../../../src/backend/unused.ts';
import { removeImported } from '../../../src/languages/python/import-edits.ts';
import type { Transform } from '../../../src/transform.ts';

/** Names of the engine, pool and session layer. Models and columns are left alone: their imports often register tables. */
const NAMES =
  /^(create_(async_)?engine|(async_)?engine_from_config|Async(Engine|Connection|Session)|(async_)?(sessionmaker|scoped_session)|Session|\w*Pool)$/;
const MODULES = /^(sqlalchemy|sqlmodel)(\.|$)/;

export default {
  title: 'Remove a database import that nothing uses',
  why: 'It suggests an engine, pool or session that is not there, and breaks the start when a release moves the name.',
  // research/catalogue.md: an unused import breaks nothing, so that removing it is for those who ask for it.
  safety: {
    unsafe:
      'nothing is broken by it yet; code outside of this project that takes the name from this module would lose it',
  },
  docs: 'https://docs.astral.sh/ruff/rules/unused-import/',
  tasks: ['T008', 'T013', 'T017'],
  literals: ['sqlalchemy', 'sqlmodel'],
  detect(document, backend) {
    if (isTest(document.path)) return [];
    return document.topBindings.flatMap((binding) => {
      if (
        binding.kind !== 'from-import' ||
        !MODULES.test(binding.module ?? '') ||
        !NAMES.test(binding.imported ?? '')
      )
        return [];
      if (binding.guards.some((guard) => guard.kind === 'try')) return [];
      if (document.modules.resolve(document.path, binding.module ?? '').kind !== 'external') return [];
      if (!isUnusedImport(document, binding, backend.documents)) return [];
      return [
        {
          subject: binding.imported ?? binding.name,
          at: document.place(binding.node),
          message: `${binding.name} is imported from ${binding.module} and used nowhere.`,
          edits: removeImported(document, binding),
        },
      ];
    });
  },
} satisfies Transform<'python'>;
