import { applicationFor, lifespanOf } from '../../../src/backend/applications.ts';
import { returnsOf } from '../../../src/backend/values.ts';
import { argumentsOf, keywordValue } from '../../../src/languages/python/arguments.ts';
import { decoratorsOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { insertAfter, insertBefore, statementsOf } from '../../../src/languages/python/statement-edits.ts';
import { children, descendants, enclosing, isAsync, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

const RIGHT = 'contextlib.asynccontextmanager';
const SYNC = 'contextlib.contextmanager';

export default {
  title: 'Give the lifespan the shape of a lifespan',
  why: 'The server calls it with the application and enters it with async with; anything else fails when it starts.',
  safety: 'safe',
  docs: 'https://fastapi.tiangolo.com/advanced/events/#lifespan',
  catalogue: ['py-lifespan-shape'],
  fixes: [
    /'coroutine' object does not support the asynchronous context manager protocol/,
    /'coroutine' object is not an async iterator/,
    /\w+\(\) takes 0 positional arguments but 1 was given/,
    /'_GeneratorContextManager' object does not support the asynchronous context manager protocol/,
    /'NoneType' object does not support the asynchronous context manager protocol/,
    /'function' object does not support the asynchronous context manager protocol/,
  ],
  literals: ['lifespan'],
  detect(document) {
    return document.calls.flatMap((call) =>
      keywordValue(call, 'lifespan') ? (draft(document, call) ?? []) : [],
    );
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, call: Node): Draft | undefined {
  const application = applicationFor(document, call);
  if (!application || application.call.id !== call.id || application.framework === 'flask') return undefined;
  const given = keywordValue(call, 'lifespan');
  if (given?.type === 'call') return calledAtOnce(document, given);
  const lifespan = lifespanOf(application);
  if (!lifespan || enclosing(lifespan.definition, 'class_definition')) return undefined;
  const repairs = repairsOf(lifespan.document, lifespan.definition);
  const name = lifespan.definition.childForFieldName('name');
  if (!name || !repairs || repairs.length === 0) return undefined;
  return {
    subject: name.text,
    at: lifespan.document.place(name),
    message: `${name.text} ${repairs.map(({ message }) => message).join(', and ')}.`,
    edits: repairs.flatMap(({ edits }) => edits),
  };
}

/** `FastAPI(lifespan=lifespan(app))` of a function that is a lifespan itself. */
function calledAtOnce(document: PythonDocument, given: Node): Draft | undefined {
  const callee = given.childForFieldName('function');
  const origin = callee && document.origin(callee);
  if (!callee || origin?.kind !== 'local' || origin.binding.kind !== 'function') return undefined;
  const [only, other] = decoratorsOf(origin.binding.statement);
  if (!only || other || origin.document.externalName(only) !== RIGHT) return undefined;
  const list = given.childForFieldName('arguments');
  if (!list || argumentsOf(given).length > 1) return undefined;
  return {
    subject: `call of ${callee.text}`,
    at: document.place(given),
    message: `The application wants ${callee.text} itself, and calls it when it starts.`,
    edits: [{ ...document.place(list), text: '' }],
  };
}

interface Repair {
  message: string;
  edits: Edit[];
}

/** What is wrong with a lifespan; undefined where its decorators or parameters say that it is something else. */
function repairsOf(document: PythonDocument, definition: Node): Repair[] | undefined {
  const [decorator, other] = decoratorsOf(definition);
  const dotted = decorator && document.externalName(decorator);
  if (other || (decorator && dotted !== RIGHT && dotted !== SYNC)) return undefined;
  if (returnsOf(definition).length > 0) return undefined;
  const repairs: Repair[] = [];
  const yields = descendants(definition, 'yield').some(
    (node) => enclosing(node, 'function_definition', 'lambda')?.id === definition.id,
  );
  // A generator without a decorator works, with a warning.
  if (decorator ? dotted === SYNC : !yields) repairs.push(decorated(document, definition, decorator));
  if (!isAsync(definition) && repairs.length > 0) repairs.push(madeAsync(document, definition));
  if (!isAsync(definition) && decorator && dotted === RIGHT) repairs.push(madeAsync(document, definition));
  const parameter = parameterRepair(document, definition);
  if (parameter === 'other') return undefined;
  if (parameter) repairs.push(parameter);
  if (!yields) repairs.push(withYield(document, definition));
  return repairs;
}

function decorated(document: PythonDocument, definition: Node, decorator: Node | undefined): Repair {
  const edits = addImport(document, { module: 'contextlib', name: 'asynccontextmanager' });
  if (decorator)
    return {
      message: 'is a synchronous context manager',
      edits: [{ ...document.place(decorator), text: 'asynccontextmanager' }, ...edits],
    };
  return {
    message: 'is no context manager',
    edits: [insertBefore(document, definition, '@asynccontextmanager'), ...edits],
  };
}

function madeAsync(document: PythonDocument, definition: Node): Repair {
  const at = definition.startIndex;
  return { message: 'is not async', edits: [{ file: document.path, start: at, end: at, text: 'async ' }] };
}

/** It takes the application, and nothing else that has no default. */
function parameterRepair(document: PythonDocument, definition: Node): Repair | 'other' | undefined {
  const list = definition.childForFieldName('parameters');
  const all = list ? children(list).filter(({ type }) => type !== 'comment') : [];
  const required = all.filter(({ type }) => /^(identifier|typed_parameter)$/.test(type));
  const splat = required.some((each) => /^\*/.test(each.text)) || all.some(({ type }) => /splat/.test(type));
  if (splat || required.length === 1) return undefined;
  if (required.length > 1 || all.length > 0) return 'other';
  const at = (list?.startIndex ?? 0) + 1;
  return {
    message: 'does not take the application',
    edits: [{ file: document.path, start: at, end: at, text: 'app' }],
  };
}

function withYield(document: PythonDocument, definition: Node): Repair {
  const last = statementsOf(definition).at(-1);
  const message = 'does not yield';
  if (!last) return { message, edits: [] };
  if (last.type === 'pass_statement') return { message, edits: [{ ...document.place(last), text: 'yield' }] };
  return { message, edits: [insertAfter(document, last, 'yield')] };
}
