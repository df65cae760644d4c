import type { Backend } from '../../../src/backend/backend.ts';
import { referencesAcross } from '../../../src/backend/references.ts';
import { isDepends } from '../../../src/backend/routes.ts';
import { yields } from '../../../src/backend/sessions.ts';
import { argumentsOf, keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import { decoratorsOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Binding } from '../../../src/languages/python/scope.ts';
import { decoratorNodes, removeLines } from '../../../src/languages/python/statement-edits.ts';
import { enclosing, isAsync, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const CONTEXT_MANAGERS = new Set(['contextlib.contextmanager', 'contextlib.asynccontextmanager']);

export default {
  title: 'Give Depends the function that yields the session',
  why: 'FastAPI calls the dependency itself for each request: what a call or a context manager gives it is not callable, or no session.',
  safety: 'safe',
  docs: 'https://fastapi.tiangolo.com/tutorial/dependencies/dependencies-with-yield/',
  catalogue: ['py-depends-misuse'],
  fixes: [
    /<(async_)?generator object \w+ at 0x\w+> is not a callable object/,
    /<coroutine object [\w.<>]+ at 0x\w+> is not a callable object/,
    /'_AsyncGeneratorContextManager' object is not an async iterator/,
    /'_GeneratorContextManager' object is not an iterator/,
    /'_(Async)?GeneratorContextManager' object has no attribute '(execute|query|exec|get|add|scalars?|commit)'/,
  ],
  literals: ['Depends', 'Security'],
  detect(document, backend) {
    return document.calls.flatMap((call) =>
      isDepends(document, call) ? dependency(document, backend, call) : [],
    );
  },
} satisfies Transform<'python'>;

function dependency(document: PythonDocument, backend: Backend, call: Node): Draft[] {
  const given = keywordValue(call, 'dependency') ?? positional(call)[0];
  if (!given) return [];
  if (given.type === 'call') return called(document, given);
  const origin = document.origin(given);
  if (origin.kind !== 'local' || origin.binding.kind !== 'function') return [];
  return managed(origin.document, backend, origin.binding);
}

/** `Depends(get_db())` of a generator or a coroutine; a plain function may well return what is to be called. */
function called(document: PythonDocument, given: Node): Draft[] {
  const callee = given.childForFieldName('function');
  const list = given.childForFieldName('arguments');
  const origin = callee ? document.origin(callee) : undefined;
  if (!callee || !list || argumentsOf(given).length > 0) return [];
  if (origin?.kind !== 'local' || origin.binding.kind !== 'function') return [];
  const definition = origin.binding.statement;
  const wrong = yields(definition) || isAsync(definition);
  if (!wrong || decoratorsOf(definition).some((each) => !isContextManager(origin.document, each))) return [];
  const where = enclosing(given, 'function_definition')?.childForFieldName('name')?.text ?? 'module';
  return [
    {
      subject: `call of ${callee.text} in ${where}`,
      at: document.place(given),
      message: `Depends is to be given ${callee.text} itself, and calls it for each request.`,
      edits: [{ ...document.place(list), text: '' }],
    },
  ];
}

function isContextManager(document: PythonDocument, decorator: Node): boolean {
  return CONTEXT_MANAGERS.has(document.externalName(decorator) ?? '');
}

/** `@contextmanager` on a function that Depends is given. */
function managed(document: PythonDocument, backend: Backend, binding: Binding): Draft[] {
  const decorators = decoratorNodes(binding.statement);
  const [decorator] = decorators;
  const expression = decorator?.namedChildren[0];
  if (!decorator || !expression || decorators.length > 1 || !isContextManager(document, expression))
    return [];
  const uses = referencesAcross(backend.documents, document, binding);
  const others = uses.filter((use) => !isGivenToDepends(use.document, use.node));
  const removal = removeLines(document, decorator);
  const base = {
    subject: `${expression.text} ${binding.name}`,
    at: document.place(decorator),
    message: `${binding.name} is a context manager, and Depends would hand that on instead of what it yields.`,
  };
  if (others.length === 0 && removal)
    return [
      {
        ...base,
        safety: { unsafe: 'code outside this project that enters it with "with" fails' },
        edits: [removal],
      },
    ];
  const [other] = others;
  const place = other ? ` (${other.document.path} enters it with "with")` : '';
  return [
    { ...base, safety: 'report', next: `Give Depends a function of its own without the decorator${place}.` },
  ];
}

/** `Depends(get_db)`, and the keys of `app.dependency_overrides[get_db]`. */
function isGivenToDepends(document: PythonDocument, node: Node): boolean {
  const list = node.parent?.type === 'keyword_argument' ? node.parent.parent : node.parent;
  if (list?.type === 'argument_list' && list.parent) return isDepends(document, list.parent);
  return (
    node.parent?.type === 'subscript' &&
    (node.parent.childForFieldName('value')?.text.endsWith('dependency_overrides') ?? false)
  );
}
