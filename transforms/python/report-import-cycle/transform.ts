import type { Backend } from '../../../src/backend/backend.ts';
import { firstCycleFailure } from '../../../src/backend/import-order.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { dirname } from '../../../src/languages/python/modules.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Break an import cycle',
  why: 'Two modules import each other, and one of them is asked for a name before it has it: the start fails.',
  safety: 'report',
  docs: 'https://docs.python.org/3/faq/programming.html#what-are-the-best-practices-for-using-import-in-a-module',
  tasks: ['T050'],
  fixes: [/partially initialized module '[\w.]+' \(most likely due to a circular import\)/],
  literals: ['import'],
  detect(document, backend): Draft[] {
    const entry = backend.facts.entry?.file;
    const start = entry ? backend.pythonDocument(entry) : undefined;
    const failure =
      start && document.path === entry
        ? firstCycleFailure(start, (owner, name) => isGenerated(backend, owner, name))
        : undefined;
    if (!failure) return [];
    const way = failure.cycle.join(' → ');
    return [
      {
        subject: failure.cycle.join(' '),
        at: failure.document.place(failure.statement),
        message: `${way}: ${failure.name} is imported before ${failure.cycle[0]} has come to it.`,
        next: `Move the import of ${failure.name} into the function that uses it, or ${failure.name} into a module of its own.`,
      },
    ];
  },
} satisfies Transform<'python'>;

/** What git ignores or the build writes is named there, and is not among the files that are read. */
const NAMED_IN = ['.gitignore', 'pyproject.toml', 'setup.cfg', 'setup.py'];

/** True where a module of a package that is not seen is one that the build writes: `src/app/_version.py` in .gitignore. */
function isGenerated(backend: Backend, document: PythonDocument, name: string): boolean {
  const folder = dirname(document.path).split('/').at(-1) ?? '';
  return (
    document.isPackage && NAMED_IN.some((file) => textOf(backend, file).includes(`${folder}/${name}.py`))
  );
}

function textOf({ workspace, facts }: Backend, name: string): string {
  const beside = facts.root === '' ? undefined : workspace.read(`${facts.root}/${name}`);
  return [beside, workspace.read(name)].map((file) => file?.text ?? '').join('\n');
}
