import type { PythonDocument } from '../../languages/python/document.ts';
import type { Node } from '../../languages/python/tree.ts';
import type { Backend } from '../backend.ts';
import { expressionKind } from './expressions.ts';
import { isSameKind, type Kind, PENDING } from './kind.ts';

/** An expression that is being looked at, and what it is taken to be where it is asked for again meanwhile. */
interface Open {
  depth: number;
  assumed: Kind;
}

/** Chains longer than this are not followed, and neither is anything that takes more looks. */
const DEEPEST = 150;
const MOST_LOOKS = 20_000;

/**
 * The kinds of one backend's expressions, each looked at once. An expression that depends on itself (`q = q.where(…)` in a loop)
 * is first taken for nothing, then for what that gives; it is known where both looks agree.
 */
export class Kinds {
  readonly backend: Backend;
  private readonly known = new Map<PythonDocument, Map<number, Kind | null>>();
  private readonly open = new Map<string, Open>();
  private depth = 0;
  private looks = 0;
  /** The outermost open expression that the current one has asked for again. */
  private lowest = Number.POSITIVE_INFINITY;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** What an expression is, or undefined. */
  of(document: PythonDocument, node: Node): Kind | undefined {
    if (this.depth === 0) this.looks = 0;
    const known = this.knownOf(document);
    const found = known.get(node.id);
    if (found !== undefined) return found ?? undefined;
    const key = `${document.path} ${node.id}`;
    const open = this.open.get(key);
    if (open) {
      this.lowest = Math.min(this.lowest, open.depth);
      return open.assumed;
    }
    if (this.depth >= DEEPEST || ++this.looks > MOST_LOOKS) {
      this.lowest = -1;
      return undefined;
    }
    return this.look(document, node, key, known);
  }

  private look(
    document: PythonDocument,
    node: Node,
    key: string,
    known: Map<number, Kind | null>,
  ): Kind | undefined {
    const outside = this.lowest;
    this.lowest = Number.POSITIVE_INFINITY;
    const open: Open = { depth: this.depth++, assumed: PENDING };
    this.open.set(key, open);
    const first = expressionKind(this, document, node);
    const kind = this.lowest === open.depth ? this.again(document, node, open, first) : first;
    this.open.delete(key);
    this.depth--;
    const settled = this.lowest >= open.depth;
    const answer = settled && kind === PENDING ? undefined : kind;
    if (settled) known.set(node.id, answer ?? null);
    this.lowest = settled ? outside : Math.min(outside, this.lowest);
    return answer;
  }

  /** Looks a second time, with the first answer in place of the expression itself. */
  private again(document: PythonDocument, node: Node, open: Open, first: Kind | undefined): Kind | undefined {
    if (!first || first === PENDING) return undefined;
    open.assumed = first;
    return isSameKind(expressionKind(this, document, node), first) ? first : undefined;
  }

  private knownOf(document: PythonDocument): Map<number, Kind | null> {
    const found = this.known.get(document) ?? new Map<number, Kind | null>();
    this.known.set(document, found);
    return found;
  }
}
