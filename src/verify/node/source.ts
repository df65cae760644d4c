import { readFileSync } from 'node:fs';
import { childrenOf, type Node } from '../../languages/javascript/nodes.ts';
import { parseJavaScript } from '../../languages/javascript/parse.ts';

/** The text of a file (absolute path); nothing where it cannot be read. */
export function textOf(absolutePath: string): string {
  try {
    return readFileSync(absolutePath, 'utf8');
  } catch {
    return '';
  }
}

/** Every node of a text; `file` tells its dialect. None where it does not parse. `loadJavaScript()` must have been awaited. */
export function* nodesIn(file: string, text: string): Generator<Node> {
  const parsed = parseJavaScript(file, text);
  const waiting: Node[] = 'tree' in parsed ? [parsed.tree.program as Node] : [];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    waiting.push(...childrenOf(node));
  }
}
