import { usesOfEngine } from '../../../src/backend/engine-uses.ts';
import { enginesOf } from '../../../src/backend/engines.ts';
import { renameCall } from '../../../src/backend/rename-call.ts';
import { enclosing } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Make the engine with create_async_engine',
  why: 'AsyncSession and async connections need an async engine; a synchronous one is refused at the first use.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.create_async_engine',
  tasks: ['T016'],
  fixes: [
    /AsyncEngine expected, got Engine/,
    /'Engine' object .* asynchronous context manager protocol/,
    /'_GeneratorContextManager' object does not support the asynchronous context manager protocol/,
  ],
  literals: ['create_engine'],
  detect(document, backend) {
    return enginesOf(document).flatMap((engine): Draft[] => {
      if (engine.async || engine.meant.name !== 'create_engine' || engine.meant.via === 'unbound') return [];
      const uses = usesOfEngine(backend, engine);
      const sync = uses.find((use) => use.kind === 'sync');
      const first = uses.find((use) => use.kind === 'async');
      if (!first) return [];
      const name = enclosing(engine.call, 'assignment')?.childForFieldName('left')?.text ?? 'The engine';
      const draft = { subject: name, at: document.place(engine.callee) };
      if (sync) {
        const both = `${name} is used as an async engine in ${first.document.path} and as a synchronous one in ${sync.document.path}.`;
        return [{ ...draft, safety: 'report', message: both, next: 'Make two engines, one of each kind.' }];
      }
      const to = { module: 'sqlalchemy.ext.asyncio', name: 'create_async_engine' };
      const message = `${name} is synchronous, and all that uses it is async.`;
      return [{ ...draft, message, edits: renameCall(document, engine.callee, to), needs: [] }];
    });
  },
} satisfies Transform<'python'>;
