import type { PythonDocument } from './document.ts';
import { type Origin, originsOfDotted } from './origin.ts';
import { children, type Node, plainString, withTree } from './tree.ts';

/** A type, as an annotation or the value of a type alias writes it; aliases of the project are followed. */
export type TypeExpression =
  | { form: 'name'; origin: Origin }
  /** `list[User]`, `Annotated[Session, Depends(get_session)]`. */
  | { form: 'applied'; base: TypeExpression; args: TypeExpression[] }
  | { form: 'union'; members: TypeExpression[] }
  /** Something that is no type: what stands behind the first argument of Annotated. */
  | { form: 'value'; document: PythonDocument; node: Node }
  | { form: 'none' }
  | { form: 'unknown' };

const UNKNOWN: TypeExpression = { form: 'unknown' };
const MOST_HOPS = 8;
const MOST_LEVELS = 40;

/** Reads a type. Text in quotes is read as Python does, with the names of the place where it stands. */
export function typeAt(document: PythonDocument, node: Node, hops = 0): TypeExpression {
  return new TypeReader(document, (name) => document.origin(name), hops).read(node, 0);
}

/** The last part of the name of something that `typing`, `collections.abc`, `contextlib` or the builtins have: `Optional`. */
export function typingName(type: TypeExpression): string | undefined {
  if (type.form !== 'name') return undefined;
  const { origin } = type;
  if (origin.kind === 'builtin') return origin.name;
  if (origin.kind !== 'external') return undefined;
  return /^(?:typing|typing_extensions|collections\.abc|contextlib)\.(\w+)$/.exec(origin.name)?.[1];
}

class TypeReader {
  private readonly document: PythonDocument;
  private readonly originOf: (name: Node) => Origin;
  private readonly hops: number;
  private readonly quoted: boolean;

  constructor(document: PythonDocument, originOf: (name: Node) => Origin, hops: number, quoted = false) {
    this.document = document;
    this.originOf = originOf;
    this.hops = hops;
    this.quoted = quoted;
  }

  read(node: Node, level: number): TypeExpression {
    if (level > MOST_LEVELS) return UNKNOWN;
    const [first, second] = children(node);
    switch (node.type) {
      case 'type':
      case 'parenthesized_expression':
      case 'expression_statement':
      case 'module':
        return first && !second ? this.read(first, level + 1) : UNKNOWN;
      case 'identifier':
      case 'attribute':
        return this.name(node);
      case 'none':
        return { form: 'none' };
      case 'string':
        return this.string(node);
      case 'generic_type':
      case 'subscript':
        return this.applied(node, level);
      case 'binary_operator':
        return this.union(node, level);
      case 'union_type':
        return { form: 'union', members: children(node).map((each) => this.read(each, level + 1)) };
      default:
        return this.quoted ? UNKNOWN : { form: 'value', document: this.document, node };
    }
  }

  private name(node: Node): TypeExpression {
    const origin = this.originOf(node);
    if (origin.kind !== 'local' || origin.binding.kind !== 'assignment') return { form: 'name', origin };
    const { binding } = origin;
    const alias =
      binding.statement.type === 'type_alias_statement'
        ? binding.statement.childForFieldName('right')
        : binding.value;
    const isType = alias && /^(type|identifier|attribute|subscript|binary_operator|string)$/.test(alias.type);
    if (!isType || this.hops >= MOST_HOPS) return { form: 'name', origin };
    return typeAt(origin.document, alias, this.hops + 1);
  }

  private applied(node: Node, level: number): TypeExpression {
    const parts = children(node);
    const [base, ...rest] = parts;
    if (!base) return UNKNOWN;
    const args = node.type === 'generic_type' ? rest.flatMap(children) : rest;
    const read = args.map((each) => this.read(each, level + 1));
    return { form: 'applied', base: this.read(base, level + 1), args: read };
  }

  private union(node: Node, level: number): TypeExpression {
    const left = node.childForFieldName('left');
    const right = node.childForFieldName('right');
    if (!left || !right || node.childForFieldName('operator')?.text !== '|') return UNKNOWN;
    return { form: 'union', members: [this.read(left, level + 1), this.read(right, level + 1)] };
  }

  private string(node: Node): TypeExpression {
    const text = plainString(node);
    if (!text || this.quoted || text.includes('\n')) return UNKNOWN;
    const originOf = (name: Node): Origin => {
      const [only, ...others] = originsOfDotted(this.document, node, name.text.replace(/\s/g, ''));
      return only && others.length === 0 ? only : { kind: 'unknown' };
    };
    return withTree(text, (root) => new TypeReader(this.document, originOf, this.hops, true).read(root, 0));
  }
}
