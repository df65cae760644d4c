import { functionAt } from '../../../src/backend/per-function.ts';
import { lastValue, reaching } from '../../../src/backend/reaching.ts';
import { calledName } from '../../../src/backend/sqlalchemy-names.ts';
import { valueFor } from '../../../src/backend/values.ts';
import { hasSplat, keyword, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft } from '../../../src/transform.ts';

/** `users.create()` and `users.exists()` of a table, which asked its metadata for the engine. */
export function ofTable(document: PythonDocument, call: Node): Draft[] {
  const callee = call.childForFieldName('function');
  const method = callee?.childForFieldName('attribute')?.text ?? '';
  const object = callee?.childForFieldName('object');
  if (!callee || !object || !/^(create|drop|exists)$/.test(method)) return [];
  const given = positional(call).length > 0 || keyword(call, 'bind') || hasSplat(call);
  if ((given && method !== 'exists') || !isTable(document, object)) return [];
  const draft = {
    subject: `${method} ${functionAt(call)}`,
    at: document.place(call),
    safety: 'report' as const,
  };
  if (method === 'exists')
    return [
      {
        ...draft,
        message: 'A table has no exists() since SQLAlchemy 2.0; inspect() tells whether it is there.',
        next: `Ask inspect(engine).has_table(${object.text}.name).`,
      },
    ];
  return [
    {
      ...draft,
      message: `${callee.text} needs an engine since SQLAlchemy 2.0.`,
      next: `Give it the engine, or the connection: ${callee.text}(engine).`,
    },
  ];
}

/** What `Table(…)` gives, also as the variable of a loop over a list of such. */
function isTable(document: PythonDocument, node: Node): boolean {
  const value = valueFor(document, node);
  if (value?.node.type === 'call') return calledName(value.document, value.node) === 'Table';
  const [binding, other] = node.type === 'identifier' ? reaching(document, node) : [];
  const loop = binding && !other ? enclosing(binding.node, 'for_statement') : undefined;
  const isItem = loop?.childForFieldName('left')?.id === binding?.node.id;
  const over = isItem ? loop?.childForFieldName('right') : undefined;
  const list = over ? (valueFor(document, over) ?? lastValue(document, over)) : undefined;
  const items = list && /^(list|tuple)$/.test(list.node.type) ? children(list.node) : [];
  return list !== undefined && items.length > 0 && items.every((each) => isTable(list.document, each));
}
