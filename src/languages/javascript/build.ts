import type { JSCodeshift } from 'jscodeshift';
import type { Node } from './nodes.ts';

/**
 * `{ name: value, … }` on one line, and `{ name }` where the value is called the same; jscodeshift's builders would put every
 * property on a line of its own.
 */
export function objectOf(j: JSCodeshift, entries: readonly (readonly [name: string, value: Node])[]): Node {
  const texts = [''];
  const values: Node[] = [];
  for (const [i, [name, value]] of entries.entries()) {
    texts.push(`${texts.pop() ?? ''}${i === 0 ? '{ ' : ', '}${name}`);
    if (value.type === 'Identifier' && value.name === name) continue;
    texts.push(`${texts.pop() ?? ''}: `, '');
    values.push(value);
  }
  return expressionOf(j, [...texts.slice(0, -1), `${texts.at(-1)} }`], values);
}

/** An expression written as text, with nodes in the gaps between the texts. recast prints it as it is written. */
export function expressionOf(j: JSCodeshift, texts: readonly string[], nodes: readonly Node[] = []): Node {
  const [first, ...rest] = texts;
  // j.template.expression puts parentheses around the text and takes them off again, after which recast lays it out anew.
  const assignment = statementOf(j, [`_ = ${first}`, ...rest], nodes);
  return (assignment as unknown as { expression: { right: Node } }).expression.right;
}

/** A statement written as text, with nodes in the gaps between the texts. */
export function statementOf(j: JSCodeshift, texts: readonly string[], nodes: readonly Node[] = []): Node {
  // recast keeps a statement's distance to its neighbours: without a line break around it, it would share their line.
  const lines = texts.map((text, i) => (i === 0 ? '\n' : '') + text + (i === texts.length - 1 ? '\n' : ''));
  const template = lines as unknown as TemplateStringsArray;
  return [j.template.statement(template, ...nodes)].flat()[0] as unknown as Node;
}
