import type { Backend } from '../../src/backend/backend.ts';
import { type Kind, kindOf } from '../../src/backend/kinds.ts';
import type { PythonDocument } from '../../src/languages/python/document.ts';
import type { Node } from '../../src/languages/python/tree.ts';

/** A receiver whose type is asked of both: where it stands, and what the model says of it. */
export interface Receiver {
  path: string;
  line: number;
  text: string;
  method: string;
  ours: Kind | undefined;
  /** Offsets into the text with `reveal_type` around the receivers. */
  start: number;
  end: number;
}

/** Methods that only things of the database have, or nearly. */
const METHODS =
  /^(execute|exec|scalars?|scalar_\w+|commit|rollback|flush|refresh|add|add_all|merge|expunge\w*|begin|begin_nested|connect|dispose|query|run_sync|stream|stream_scalars|where|filter|filter_by|order_by|options|all|first|one|one_or_none|unique|fetch\w+|mappings)$/;

/** A document with `reveal_type(…)` around the receivers of its database calls, and the receivers. */
export function revealed(
  document: PythonDocument,
  backend: Backend,
): { text: string; receivers: Receiver[] } {
  const nodes = document.calls.flatMap((call): { node: Node; method: string }[] => {
    const callee = call.childForFieldName('function');
    const node = callee?.type === 'attribute' ? callee.childForFieldName('object') : undefined;
    const method = callee?.childForFieldName('attribute')?.text ?? '';
    return node && METHODS.test(method) && !isModuleName(document, node) ? [{ node, method }] : [];
  });
  const receivers = nodes.map(({ node, method }) => ({
    path: document.path,
    line: node.startPosition.row + 1,
    text: node.text.replace(/\s+/g, ' ').slice(0, 60),
    method,
    ours: kindOf(backend, document, node),
    start: 0,
    end: 0,
  }));
  const text = write(
    document.text,
    nodes.map(({ node }) => node),
    receivers,
  );
  return { text, receivers };
}

/** `sa.select(…)`: a module is no receiver. */
function isModuleName(document: PythonDocument, node: Node): boolean {
  return node.type === 'call' && node.text === 'super()'
    ? true
    : /^(external|module)$/.test(document.origin(node).kind);
}

interface Mark {
  at: number;
  opens: boolean;
  length: number;
  receiver: Receiver;
}

function write(text: string, nodes: readonly Node[], receivers: readonly Receiver[]): string {
  const marks = nodes.flatMap((node, i): Mark[] => {
    const receiver = receivers[i];
    const length = node.endIndex - node.startIndex;
    if (!receiver) return [];
    return [
      { at: node.startIndex, opens: true, length, receiver },
      { at: node.endIndex, opens: false, length, receiver },
    ];
  });
  marks.sort(
    (a, b) =>
      a.at - b.at ||
      Number(a.opens) - Number(b.opens) ||
      (a.opens ? b.length - a.length : a.length - b.length),
  );
  let out = '';
  let last = 0;
  for (const { at, opens, receiver } of marks) {
    out += text.slice(last, at);
    last = at;
    if (opens) {
      out += 'reveal_type(';
      receiver.start = out.length;
    } else {
      receiver.end = out.length;
      out += ')';
    }
  }
  return out + text.slice(last);
}
