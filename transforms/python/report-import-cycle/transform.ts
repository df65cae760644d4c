import { firstCycleFailure } from '../../../src/backend/import-order.ts';
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
    const failure = start && document.path === entry ? firstCycleFailure(start) : undefined;
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
