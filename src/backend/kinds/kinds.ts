import type { PythonDocument } from '../../languages/python/document.ts';
import type { Node } from '../../languages/python/tree.ts';
import type { Backend } from '../backend.ts';
import { expressionKind } from './expressions.ts';
import { isSameKind, type Kind, PENDING } from './kind.ts';

/** An expression that is being looked at, and what it is taken to be where it is asked for again meanwhile. */
interface Open {
  depth: number;
  assumed: Kind | undefined;
}

/** An answer that holds as long as what is assumed of the expressions around it does. */
interface Provisional {
  known: Map<number, Kind | null>;
  id: number;
  kind: Kind | undefined;
}

/** Chains longer than this are not followed, and neither is anything that takes more looks. */
const DEEPEST = 100;
const MOST_LOOKS = 5000;

/**
 * The kinds of one backend's expressions, each looked at once. An expression that depends on itself (`q = q.where(…)` in a loop)
 * is first taken for nothing, then for what that gives; it is known where both looks agree. Whatever was found on the way with the
 * last assumption is kept with it, so that a tangle of expressions is looked at once and not once for each of them.
 */
export class Kinds {
  readonly backend: Backend;
  private readonly known = new Map<PythonDocument, Map<number, Kind | null>>();
  private readonly open = new Map<string, Open>();
  private provisional: Provisional[] = [];
  private depth = 0;
  private looks = 0;
  private exhausted = false;
  /** The outermost open expression that the current one has asked for again. */
  private lowest = Number.POSITIVE_INFINITY;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** What an expression is, or undefined. */
  of(document: PythonDocument, node: Node): Kind | undefined {
    const known = this.knownOf(document);
    const found = known.get(node.id);
    if (found !== undefined) return found ?? undefined;
    const key = `${document.path} ${node.id}`;
    const open = this.open.get(key);
    if (open) {
      this.lowest = Math.min(this.lowest, open.depth);
      return open.assumed;
    }
    if (this.depth === 0) return this.outermost(document, node, key, known);
    if (this.depth >= DEEPEST || ++this.looks > MOST_LOOKS) {
      this.exhausted = true;
      return undefined;
    }
    return this.look(document, node, key, known);
  }

  /** A question from outside. Where it took too much, it and all that hung on it stay unknown. */
  private outermost(
    document: PythonDocument,
    node: Node,
    key: string,
    known: Map<number, Kind | null>,
  ): Kind | undefined {
    this.looks = 0;
    this.exhausted = false;
    this.lowest = Number.POSITIVE_INFINITY;
    this.provisional = [];
    const kind = this.look(document, node, key, known);
    for (const each of this.provisional) each.known.set(each.id, null);
    const answer = this.exhausted && !kind ? undefined : kind;
    known.set(node.id, answer ?? null);
    return answer;
  }

  private look(
    document: PythonDocument,
    node: Node,
    key: string,
    known: Map<number, Kind | null>,
  ): Kind | undefined {
    const outside = this.lowest;
    const before = this.provisional.length;
    this.lowest = Number.POSITIVE_INFINITY;
    const open: Open = { depth: this.depth++, assumed: PENDING };
    this.open.set(key, open);
    const first = expressionKind(this, document, node);
    const isHead = this.lowest === open.depth;
    const kind = isHead ? this.again(document, node, open, first, before) : first;
    this.open.delete(key);
    this.depth--;
    const settled = this.lowest >= open.depth;
    const answer = settled && kind === PENDING ? undefined : kind;
    if (settled) {
      this.keep(before);
      known.set(node.id, answer ?? null);
    } else this.provisional.push({ known, id: node.id, kind });
    this.lowest = settled ? outside : Math.min(outside, this.lowest);
    return answer;
  }

  /** Looks again with the first answer in place of the expression itself; where that gives another one, it is unknown, also to what hangs on it. */
  private again(
    document: PythonDocument,
    node: Node,
    open: Open,
    first: Kind | undefined,
    before: number,
  ): Kind | undefined {
    const second =
      first && first !== PENDING ? this.assuming(document, node, open, first, before) : undefined;
    if (first && second && isSameKind(second, first)) return first;
    this.assuming(document, node, open, undefined, before);
    return undefined;
  }

  private assuming(
    document: PythonDocument,
    node: Node,
    open: Open,
    assumed: Kind | undefined,
    before: number,
  ): Kind | undefined {
    this.provisional.length = before;
    open.assumed = assumed;
    return expressionKind(this, document, node);
  }

  /** What was found since, with assumptions that have turned out right. */
  private keep(before: number): void {
    for (const { known, id, kind } of this.provisional.splice(before))
      known.set(id, kind === PENDING ? null : (kind ?? null));
  }

  private knownOf(document: PythonDocument): Map<number, Kind | null> {
    const found = this.known.get(document) ?? new Map<number, Kind | null>();
    this.known.set(document, found);
    return found;
  }
}
