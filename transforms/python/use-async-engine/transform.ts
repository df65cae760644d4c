import { engineAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { loadsPsycopg } from '../../../src/backend/driver-repairs.ts';
import { usesOfEngine } from '../../../src/backend/engine-uses.ts';
import { type Engine, enginesOf, isSameEngine } from '../../../src/backend/engines.ts';
import { isTaken, renameCall } from '../../../src/backend/rename-call.ts';
import { argumentsOf, keyword } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { enclosing, type Node } from '../../../src/languages/python/tree.ts';
import { parseDatabaseUrl } from '../../../src/settings/database-url.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Make the engine with create_async_engine',
  why: 'AsyncSession and async connections need an async engine; a synchronous one is refused at the first use.',
  safety: 'safe',
  since: { sqlalchemy: '1.4' },
  docs: 'https://docs.sqlalchemy.org/en/20/orm/extensions/asyncio.html#sqlalchemy.ext.asyncio.create_async_engine',
  tasks: ['T016'],
  catalogue: ['py-sync-engine-under-asyncsession'],
  fixes: [
    /AsyncEngine expected, got Engine/,
    /'Engine' object .* asynchronous context manager protocol/,
    /'_GeneratorContextManager' object does not support the asynchronous context manager protocol/,
  ],
  literals: ['create_engine'],
  detect(document, backend) {
    return enginesOf(document).flatMap((engine): Draft[] => {
      if (engine.wrapper) return wrapped(document, backend, engine, engine.wrapper);
      if (engine.async || engine.meant.name !== 'create_engine' || engine.meant.via === 'unbound') return [];
      // An engine of another library, which makes it asynchronous in its own way.
      if (keyword(engine.call, 'strategy')) return [];
      const uses = usesOfEngine(backend, engine);
      const sync = uses.find((use) => use.kind === 'sync');
      const first = uses.find((use) => use.kind === 'async');
      if (!first) return [];
      const name = enclosing(engine.call, 'assignment')?.childForFieldName('left')?.text ?? 'The engine';
      const draft = { subject: name, at: document.place(engine.callee) };
      if (sync) {
        if (isMadeBothWays(engine)) return [];
        const both = `${name} is used as an async engine in ${first.document.path} and as a synchronous one in ${sync.document.path}.`;
        return [{ ...draft, safety: 'report', message: both, next: 'Make two engines, one of each kind.' }];
      }
      const to = { module: 'sqlalchemy.ext.asyncio', name: 'create_async_engine' };
      if (isTaken(document, engine.callee, to.name)) {
        const next = `Import ${to.name} from ${to.module} under a name that is free here.`;
        const taken = `${name} is synchronous, and ${to.name} is something else in this file.`;
        return [{ ...draft, safety: 'report', message: taken, next }];
      }
      const unknown = uses.find((use) => use.kind === 'unknown');
      const message = `${name} is synchronous, and all that uses it is async.`;
      return [
        {
          ...draft,
          message,
          edits: renameCall(document, engine.callee, to),
          needs: [],
          ...(unknown && {
            message: `${name} is synchronous, and async sessions or connections use it.`,
            safety: { unsafe: `${unknown.document.path} hands the engine on: ${lineOf(unknown.node)}` },
          }),
        },
      ];
    });
  },
} satisfies Transform<'python'>;

/** Another branch makes the same name's engine with create_async_engine: there are two of them already. */
function isMadeBothWays(engine: Engine): boolean {
  const nameOf = ({ call }: Engine) => enclosing(call, 'assignment')?.childForFieldName('left')?.text;
  const name = nameOf(engine);
  return (
    name !== undefined && enginesOf(engine.document).some((other) => other.async && nameOf(other) === name)
  );
}

/** `AsyncEngine(create_engine("postgresql://…"))`: only create_async_engine asks psycopg for its async side. */
function wrapped(document: PythonDocument, backend: Backend, engine: Engine, wrapper: Node): Draft[] {
  const address = engineAddresses(backend).find((each) => isSameEngine(each.engine, engine));
  const urls = address?.effective.map((text) => (text === undefined ? undefined : parseDatabaseUrl(text)));
  const isPsycopg = urls?.some(
    (url) => url?.dialect === 'postgresql' && (url.driver ?? byDefault(backend)) === 'psycopg',
  );
  const list = engine.call.childForFieldName('arguments');
  const alone = argumentsOf(wrapper).length === 1;
  const to = 'create_async_engine';
  if (!isPsycopg || !list || !alone || isTaken(document, engine.callee, to)) return [];
  const name = enclosing(wrapper, 'assignment')?.childForFieldName('left')?.text ?? 'The engine';
  const message = `${name} wraps a synchronous engine, and psycopg is asynchronous only where create_async_engine makes it.`;
  const edits = [
    { ...document.place(wrapper), text: `${to}${list.text}` },
    ...addImport(document, { module: 'sqlalchemy.ext.asyncio', name: to }),
  ];
  return [{ subject: name, at: document.place(engine.callee), message, edits }];
}

function byDefault(backend: Backend): string | undefined {
  return loadsPsycopg(backend, 'postgresql') ? 'psycopg' : undefined;
}

function lineOf(node: Node): string {
  return (enclosing(node, 'call') ?? node).text.split('\n')[0] ?? '';
}
