import type { Backend } from '../../../src/backend/backend.ts';
import {
  type BoundMetadata,
  boundMetadata,
  callKey,
  firstArgument,
  meansTheSame,
  unbind,
} from '../../../src/backend/bound-metadata.ts';
import { tableInMetadata } from '../../../src/backend/declared-tables.ts';
import { enginesInScope } from '../../../src/backend/engines-in-scope.ts';
import { kindOf } from '../../../src/backend/kinds.ts';
import { metadataAt } from '../../../src/backend/models.ts';
import { functionAt, onePerFunction } from '../../../src/backend/per-function.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { valueFor } from '../../../src/backend/values.ts';
import { isForSomeVersions } from '../../../src/backend/version-checks.ts';
import {
  hasSplat,
  keyword,
  keywordValue,
  positional,
  removeArgument,
} from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import { ofTable } from './of-table.ts';

export default {
  title: 'Give the engine to what needs one, since metadata has none',
  why: 'SQLAlchemy 2.0 took the bind of MetaData away, so tables are neither created nor read and the server does not start.',
  safety: 'safe',
  since: { sqlalchemy: '2.0' },
  docs: 'https://docs.sqlalchemy.org/en/20/changelog/migration_20.html#implicit-and-connectionless-execution-bound-metadata-removed',
  catalogue: ['py-removed-metadata-bind'],
  fixes: [
    /MetaData\.__init__\(\) got an unexpected keyword argument 'bind'/,
    /declarative_base\(\) got an unexpected keyword argument 'bind'/,
    /expected schema argument to be a string, got <class 'sqlalchemy\.engine/,
    /(MetaData\.)?(create_all|drop_all|reflect)\(\) missing 1 required positional argument: 'bind'/,
    /Additional arguments should be named <dialectname>_<argument>, got 'autoload'/,
  ],
  literals: ['MetaData', 'declarative_base', 'create_all', 'drop_all', 'reflect', 'autoload'],
  detect(document, backend) {
    const done = repairedTogether(backend);
    return onePerFunction([
      ...boundMetadata(backend, document)
        .filter((metadata) => !isForSomeVersions(document, metadata.call, 'sqlalchemy'))
        .map((metadata) => boundAtCreation(backend, metadata)),
      ...document.calls
        .filter((call) => !done.has(callKey(document, call)))
        .filter((call) => !isForSomeVersions(document, call, 'sqlalchemy'))
        .flatMap((call) => [
          ...withoutEngine(document, backend, call),
          ...ofTable(document, call),
          ...autoload(document, backend, call),
        ]),
    ]);
  },
} satisfies Transform<'python'>;

/** `MetaData(bind=engine)`: the engine goes to whatever took it from the metadata, or stays where that is not known. */
function boundAtCreation(backend: Backend, metadata: BoundMetadata): Draft {
  const { document, call, made, argument } = metadata;
  const draft = { subject: `${made} ${functionAt(call)}`, at: document.place(argument) };
  const { edits, unclear } = unbind(backend, metadata);
  if (!unclear) {
    const message = `${made} takes no engine since SQLAlchemy 2.0; what needs one is given it.`;
    return { ...draft, message, edits: [removeArgument(document, call, argument), ...edits] };
  }
  const user = unclear.node.id === call.id ? 'whoever gets it' : (unclear.node.text.split('\n')[0] ?? '');
  return {
    ...draft,
    message: `${made} takes no engine since SQLAlchemy 2.0, and ${user} may take it from there.`,
    safety: 'report',
    next: `Give the engine to everything that takes it from the metadata, then leave it out of ${made}().`,
  };
}

/** The calls of the backend that are given their engine together with the metadata that loses it. */
function repairedTogether(backend: Backend): ReadonlySet<string> {
  const known = together.get(backend);
  if (known) return known;
  const all = backend.documents.flatMap((document) => boundMetadata(backend, document));
  const found = new Set(all.flatMap((metadata) => [...unbind(backend, metadata).calls]));
  together.set(backend, found);
  return found;
}

const together = new WeakMap<Backend, ReadonlySet<string>>();

/** `Base.metadata.create_all()` with nothing that it could use. */
function withoutEngine(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  const object = callee?.childForFieldName('object');
  if (!callee || !object || !/^(create_all|drop_all|reflect)$/.test(method)) return [];
  if (positional(call).length > 0 || keyword(call, 'bind') || hasSplat(call)) return [];
  const metadata = metadataAt(document, object) ?? madeMetadata(document, object);
  if (!metadata || isGivenToRunSync(call)) return [];
  const draft = { subject: `${method} ${functionAt(call)}`, at: document.place(call) };
  const engine = onlyEngine(document, backend, call, object);
  const message = `${callee.text} needs an engine since SQLAlchemy 2.0.`;
  if (engine) return [{ ...draft, message, edits: [firstArgument(document, call, engine)] }];
  const next = `Give it the engine whose tables are meant: ${callee.text}(engine), and an async one through run_sync.`;
  return [{ ...draft, message, safety: 'report', next }];
}

/** `await conn.run_sync(metadata.create_all())` is another mistake. */
function isGivenToRunSync(call: Node): boolean {
  const outer = call.parent?.type === 'argument_list' ? call.parent.parent : undefined;
  return outer?.childForFieldName('function')?.childForFieldName('attribute')?.text === 'run_sync';
}

/** The call that made the metadata that a name stands for. */
function madeMetadata(document: PythonDocument, node: Node): Made | undefined {
  const value = valueFor(document, node);
  const made =
    value?.node.type === 'call' ? [{ document: value.document, call: value.node }] : ofSelf(document, node);
  const [first] = made;
  const all = made.every(({ document: owner, call }) => calledName(owner, call) === 'MetaData');
  const same = first && made.every(({ call }) => boundTo(call)?.text === boundTo(first.call)?.text);
  return first && all && same ? first : undefined;
}

interface Made {
  document: PythonDocument;
  call: Node;
}

/** Everything that a class assigns to `self.meta`. */
function ofSelf(document: PythonDocument, node: Node): Made[] {
  const definition = /^self\.\w+$/.test(node.text) ? enclosing(node, 'class_definition') : undefined;
  if (!definition) return [];
  return descendants(definition, 'assignment').flatMap((each) => {
    if (each.childForFieldName('left')?.text !== node.text) return [];
    let call = each.childForFieldName('right');
    while (call?.type === 'assignment') call = call.childForFieldName('right');
    return call ? [{ document, call }] : [];
  });
}

function boundTo(call: Node): Node | undefined {
  return keywordValue(call, 'bind') ?? positional(call)[0];
}

/** What the engine is called here: the one that the metadata was bound to, or the only one that there is. */
function onlyEngine(
  document: PythonDocument,
  backend: Backend,
  call: Node,
  metadata?: Node,
): string | undefined {
  const assigned = metadata && assignedBind(document, metadata, call);
  if (assigned) return isSynchronous(backend, document, assigned) ? assigned.text : undefined;
  const made = metadata && madeMetadata(document, metadata);
  const bound = made?.document.path === document.path ? boundTo(made.call) : undefined;
  if (made && bound && meansTheSame(document, bound, made.call, call)) {
    const known = keyword(made.call, 'bind') !== undefined || kindOf(backend, document, bound) !== undefined;
    return known && isSynchronous(backend, document, bound) ? bound.text : undefined;
  }
  const engines = enginesInScope(backend, document, call);
  const [only, ...others] = engines;
  return only && others.length === 0 && !only.async ? only.name : undefined;
}

/** `meta.bind = engine` further up in the same function: whatever it is, the metadata was bound to it. */
function assignedBind(document: PythonDocument, metadata: Node, call: Node): Node | undefined {
  const around = enclosing(call, 'function_definition') ?? document.root;
  const found = descendants(around, 'assignment').filter(
    (each) =>
      each.childForFieldName('left')?.text === `${metadata.text}.bind` &&
      each.endIndex <= call.startIndex &&
      enclosing(each, 'function_definition')?.id === enclosing(call, 'function_definition')?.id,
  );
  const [only, ...others] = found.map((each) => each.childForFieldName('right'));
  return only && others.length === 0 && /^(identifier|attribute)$/.test(only.type) ? only : undefined;
}

/** Not known to be something that create_all and its like refuse. */
function isSynchronous(backend: Backend, document: PythonDocument, bound: Node): boolean {
  const what = kindOf(backend, document, bound)?.what;
  return what === undefined || what === 'engine' || what === 'connection' || what === 'plain';
}

/** What is said of a table that the metadata may have already. */
const MAYBE_THERE = {
  unsafe:
    'the table may be in the metadata already, where Table() ignores autoload and the call works as it is',
};

/** `Table("t", metadata, autoload=True)`, but for a table that is there already: that one is returned, and autoload ignored. */
function autoload(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const argument = keyword(call, 'autoload');
  const value = argument?.childForFieldName('value')?.text;
  if (!argument || calledName(document, call) !== 'Table') return [];
  const presence = tableInMetadata(backend, document, call);
  if (presence === 'there') return [];
  const draft = {
    subject: `autoload ${functionAt(call)}`,
    at: document.place(argument),
    // Before, autoload_with alone read nothing: run on 0.9.10.
    runsFrom: { sqlalchemy: '1.0' },
  };
  const message = 'Table() has no autoload since SQLAlchemy 2.0; autoload_with alone asks for it.';
  if (keyword(call, 'autoload_with') || value === 'False')
    return [{ ...draft, message, edits: [removeArgument(document, call, argument)] }];
  const engine = value === 'True' ? onlyEngine(document, backend, call, positional(call)[1]) : undefined;
  if (engine) {
    const edits = [{ ...document.place(argument), text: `autoload_with=${engine}` }];
    if (presence === 'absent') return [{ ...draft, message, edits }];
    const subject = `autoload of shared metadata ${functionAt(call)}`;
    return [{ ...draft, subject, message, edits, safety: MAYBE_THERE }];
  }
  if (presence === 'likely') return [];
  const next = 'Say where the columns are read from: autoload_with=engine.';
  return [{ ...draft, message, safety: 'report', next }];
}
