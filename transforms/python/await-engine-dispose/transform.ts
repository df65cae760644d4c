import { engineOf, isInAsyncFunction, methodCalls } from '../../../src/backend/engines.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Await the disposal of the async engine',
  why: 'Without await the coroutine never runs: the connections stay open, and only a warning says so.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.AsyncEngine.dispose',
  tasks: ['T029'],
  catalogue: ['py-missing-await-db'],
  fixes: [/coroutine 'AsyncEngine\.dispose' was never awaited/],
  literals: ['dispose'],
  detect(document) {
    return methodCalls(document, 'dispose').flatMap(({ call, receiver }): Draft[] => {
      if (call.parent?.type !== 'expression_statement' || !engineOf(document, receiver)?.async) return [];
      const draft = { subject: `${receiver.text}.dispose`, at: document.place(call) };
      if (!isInAsyncFunction(call)) {
        const next = `Dispose of ${receiver.text} in an async function, e.g. behind the yield of the lifespan.`;
        return [
          {
            ...draft,
            safety: 'report',
            message: `${receiver.text} is async, and its dispose() cannot run here.`,
            next,
          },
        ];
      }
      const edit = { file: document.path, start: call.startIndex, end: call.startIndex, text: 'await ' };
      return [{ ...draft, message: `${receiver.text}.dispose() is a coroutine.`, edits: [edit] }];
    });
  },
} satisfies Transform<'python'>;
