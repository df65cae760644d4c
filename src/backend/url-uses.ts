import { positional } from '../languages/python/arguments.ts';
import { argumentFor, parametersOf } from '../languages/python/calls.ts';
import { methodsOf } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { scopeAt } from '../languages/python/origin.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants, enclosing, type Node, plainString } from '../languages/python/tree.ts';
import { classesOf, type Engine, engineAt } from './engines.ts';
import { environmentRead } from './environment-reads.ts';
import { configuredEngine } from './flask-config.ts';
import { referencesAcross } from './references.ts';
import { defaultOf, fieldRead, fieldsOf, membersAt, nestedDelimiter } from './settings-fields.ts';
import { MAKE_URL } from './url-sources.ts';

/** Where an address ends up. */
export interface UrlUse {
  document: PythonDocument;
  node: Node;
  /**
   * `engine`: SQLAlchemy makes an engine of it. `raw`: a driver's own `connect`. `alembic`: `set_main_option`.
   * `read`: compared, logged or measured only. `other`: something that we do not know.
   */
  kind: 'engine' | 'raw' | 'alembic' | 'read' | 'other';
  engine?: Engine;
  /** True where code on the way changes the address first. */
  altered: boolean;
  /** Of `url.startswith("sqlite")`: what it is compared with. */
  prefix?: string;
}

/** What takes an address without SQLAlchemy, and cannot read `+driver`. */
export const RAW: ReadonlySet<string> = new Set([
  'psycopg2.connect',
  'psycopg2.pool.SimpleConnectionPool',
  'psycopg2.pool.ThreadedConnectionPool',
  'psycopg.connect',
  'psycopg.Connection.connect',
  'psycopg.AsyncConnection.connect',
  'psycopg_pool.ConnectionPool',
  'psycopg_pool.AsyncConnectionPool',
  'asyncpg.connect',
  'asyncpg.create_pool',
  'sqlite3.connect',
  'aiosqlite.connect',
  'urllib.parse.urlparse',
  'urllib.parse.urlsplit',
  'subprocess.run',
]);
const READ_ONLY_CALLS = /^(print|len|isinstance|bool|repr|hash|type)$/;
const READ_ONLY_METHODS = new Set([
  'startswith',
  'endswith',
  'split',
  'partition',
  'rsplit',
  'find',
  'count',
  'lower',
  'upper',
]);
const SAME_METHODS = new Set(['strip', 'unicode_string', 'render_as_string', 'get_secret_value']);
const LOGGERS = /^(debug|info|warning|error|critical|exception|log|echo|print|write)$/;

/** Every use of an environment variable in these documents, whether it is read directly or through a settings class. */
export function usesOfVariable(documents: readonly PythonDocument[], variable: string): readonly UrlUse[] {
  const byVariable = known.get(documents) ?? new Map<string, readonly UrlUse[]>();
  known.set(documents, byVariable);
  const found = byVariable.get(variable) ?? findUses(documents, variable);
  byVariable.set(variable, found);
  return found;
}

const known = new WeakMap<readonly PythonDocument[], Map<string, readonly UrlUse[]>>();

function findUses(documents: readonly PythonDocument[], variable: string): readonly UrlUse[] {
  const follower = new UseFollower(documents);
  for (const document of documents) follower.readsIn(document, variable);
  return follower.uses;
}

/** What a settings class calls a variable, and what the models that it holds would. */
function namesOf(document: PythonDocument, definition: Node, variable: string): string[] {
  const fields = fieldsOf(document, definition);
  const delimiter = fields.length > 0 ? nestedDelimiter(document, definition) : '';
  const nested = delimiter && variable.includes(delimiter) ? variable.split(delimiter).at(-1) : undefined;
  const own = fields.filter((field) => field.variable === variable).map(({ name }) => name);
  return nested ? [...own, nested.toLowerCase(), nested.toUpperCase()] : own;
}

function nameOf(definition: Node): string | undefined {
  return definition.childForFieldName('name')?.text;
}

class UseFollower {
  readonly uses: UrlUse[] = [];
  private readonly seen = new Set<string>();
  private readonly documents: readonly PythonDocument[];

  constructor(documents: readonly PythonDocument[]) {
    this.documents = documents;
  }

  readsIn(document: PythonDocument, variable: string): void {
    if (document.text.includes(variable)) {
      for (const node of descendants(document.root, ['call', 'subscript'])) {
        if (environmentRead(document, node)?.variable === variable) this.follow(document, node, false);
      }
    }
    for (const attribute of this.attributes(document, variable)) this.follow(document, attribute, false);
  }

  /** `settings.database_url`, for every settings field that the variable fills. */
  private attributes(document: PythonDocument, variable: string): Node[] {
    const fields = this.fieldNames(variable).filter((name) => document.text.includes(name));
    if (fields.length === 0) return [];
    return descendants(document.root, 'attribute').filter((node) => {
      if (!fields.includes(node.childForFieldName('attribute')?.text ?? '')) return false;
      return membersAt(document, node).some(
        (member) => fieldRead(document, node, member)?.variable === variable,
      );
    });
  }

  private names: string[] | undefined;

  /** What the settings classes of the backend call a variable. */
  private fieldNames(variable: string): string[] {
    this.names ??= this.documents
      .filter((document) => document.text.includes('Settings'))
      .flatMap((document) =>
        classesOf(document).flatMap((definition) => namesOf(document, definition, variable)),
      );
    return this.names;
  }

  private follow(document: PythonDocument, node: Node, altered: boolean): void {
    const key = `${document.path}:${node.id}:${altered}`;
    if (this.seen.has(key) || !node.parent) return;
    this.seen.add(key);
    this.step(document, node, node.parent, altered);
  }

  private step(document: PythonDocument, node: Node, parent: Node, altered: boolean): void {
    switch (parent.type) {
      case 'parenthesized_expression':
      case 'boolean_operator':
      case 'conditional_expression':
      case 'await':
        return this.follow(document, parent, altered);
      case 'binary_operator':
        if (parent.childForFieldName('left')?.id !== node.id)
          return this.use(document, node, 'other', altered);
        return this.follow(document, parent, true);
      case 'interpolation':
        return this.follow(document, parent.parent ?? parent, true);
      case 'pair':
        return this.pair(document, node, parent, altered);
      case 'keyword_argument':
      case 'argument_list':
        return this.argument(document, node, parent, altered);
      case 'attribute':
        return this.method(document, node, parent, altered);
      case 'assignment':
        return this.assigned(document, parent, altered);
      case 'return_statement':
        return this.returned(parent, altered);
      case 'subscript':
        return this.subscript(document, node, parent, altered);
      case 'lambda':
        return this.factory(document, node, parent, altered);
      case 'comparison_operator':
      case 'not_operator':
      case 'if_statement':
      case 'expression_statement':
      case 'assert_statement':
        return this.use(document, node, 'read', altered);
      default:
        return this.use(document, node, 'other', altered);
    }
  }

  private use(
    document: PythonDocument,
    node: Node,
    kind: UrlUse['kind'],
    altered: boolean,
    engine?: Engine,
  ): void {
    this.uses.push({ document, node, kind, altered, ...(engine && { engine }) });
  }

  private argument(document: PythonDocument, node: Node, parent: Node, altered: boolean): void {
    const call = enclosing(parent, 'call');
    const callee = call?.childForFieldName('function');
    if (!call || !callee) return this.use(document, node, 'other', altered);
    const engine = engineAt(document, call) ?? configuredEngine(document, parent);
    if (engine) return this.use(document, node, 'engine', altered, engine);
    const origin = document.origin(callee);
    if (origin.kind === 'builtin' && origin.name === 'str') return this.follow(document, call, altered);
    if (origin.kind === 'builtin' && READ_ONLY_CALLS.test(origin.name))
      return this.use(document, node, 'read', altered);
    if (origin.kind === 'external' && MAKE_URL.has(origin.name)) return this.follow(document, call, altered);
    if (defaultOf(document, call)?.id === node.id) return this.follow(document, call, altered);
    if (origin.kind === 'external' && RAW.has(origin.name)) return this.use(document, node, 'raw', altered);
    if (origin.kind === 'local' && origin.binding.kind === 'function')
      return this.intoFunction(origin.document, origin.binding.statement, call, node, altered);
    const made = origin.kind === 'local' && origin.binding.kind === 'class' ? origin : undefined;
    const init = made && methodsOf(made.binding.statement).find((each) => nameOf(each) === '__init__');
    if (made && init) return this.intoFunction(made.document, init, call, node, altered, true);
    return this.methodArgument(document, node, call, callee, altered);
  }

  private pair(document: PythonDocument, node: Node, pair: Node, altered: boolean): void {
    const engine = configuredEngine(document, pair);
    if (engine) this.use(document, node, 'engine', altered, engine);
    else this.use(document, node, 'other', altered);
  }

  private methodArgument(
    document: PythonDocument,
    node: Node,
    call: Node,
    callee: Node,
    altered: boolean,
  ): void {
    const method = callee.childForFieldName('attribute')?.text ?? '';
    const first = positional(call)[0];
    if (method === 'set_main_option' && first && plainString(first) === 'sqlalchemy.url') {
      return this.use(document, node, 'alembic', altered);
    }
    const offline = method === 'configure' && document.path.endsWith('env.py');
    this.use(document, node, LOGGERS.test(method) || offline ? 'read' : 'other', altered);
  }

  /** The argument of one of the project's own functions, or of its classes: what does it do with its parameter? */
  private intoFunction(
    document: PythonDocument,
    definition: Node,
    call: Node,
    node: Node,
    altered: boolean,
    bound = false,
  ): void {
    const scope = document.scopes.byNode.get(definition.id);
    const parameters = parametersOf(definition);
    const parameter = parameters.find(({ name }) => {
      const given = argumentFor(call, parameters, name, bound);
      return given !== 'default' && given?.id === node.id;
    });
    const binding = parameter && scope?.bindings.get(parameter.name)?.[0];
    if (binding) this.referencesTo(document, binding, altered);
    else this.use(document, node, 'other', altered);
  }

  /** `url: str = field(default_factory=lambda: os.environ["URL"])`: what the member of a dataclass is given. */
  private factory(document: PythonDocument, node: Node, lambda: Node, altered: boolean): void {
    const call = enclosing(lambda, 'call');
    const isDefault = call && defaultOf(document, call)?.id === node.id;
    if (isDefault) this.follow(document, call, altered);
    else this.use(document, node, 'other', altered);
  }

  private method(document: PythonDocument, node: Node, attribute: Node, altered: boolean): void {
    if (attribute.childForFieldName('object')?.id !== node.id) return;
    const name = attribute.childForFieldName('attribute')?.text ?? '';
    const call = attribute.parent;
    if (call?.type !== 'call') return this.use(document, node, 'other', altered);
    if (SAME_METHODS.has(name)) return this.follow(document, call, altered);
    if (READ_ONLY_METHODS.has(name)) return this.tested(document, node, call, altered);
    this.follow(document, call, true);
  }

  private tested(document: PythonDocument, node: Node, call: Node, altered: boolean): void {
    const argument = positional(call)[0];
    const prefix = argument && plainString(argument);
    this.uses.push({ document, node, kind: 'read', altered, ...(prefix && { prefix }) });
  }

  private subscript(document: PythonDocument, node: Node, parent: Node, altered: boolean): void {
    this.use(document, node, parent.childForFieldName('value')?.id === node.id ? 'read' : 'other', altered);
  }

  private assigned(document: PythonDocument, assignment: Node, altered: boolean): void {
    const left = assignment.childForFieldName('left');
    const outer = assignment.parent;
    if (outer?.type === 'assignment') this.assigned(document, outer, altered);
    const member = left && this.memberOf(document, left);
    if (member) return this.memberUses(member.definition, member.name, altered);
    const engine = left?.type === 'subscript' ? configuredEngine(document, assignment) : undefined;
    if (engine) return this.use(document, assignment, 'engine', altered, engine);
    if (left?.type !== 'identifier') return this.use(document, assignment, this.toOption(left), altered);
    const binding = document.bindings.find((each) => each.node.id === left.id);
    if (binding) this.referencesTo(document, binding, altered);
  }

  /** A name that is assigned in the body of a class: `class Config: URL = os.environ["URL"]`. */
  private memberOf(document: PythonDocument, left: Node): { definition: Node; name: string } | undefined {
    const scope = left.type === 'identifier' ? scopeAt(document, left) : undefined;
    return scope?.kind === 'class' ? { definition: scope.node, name: left.text } : undefined;
  }

  /** `config.URL`, wherever the object is an instance of the class, or the class itself. */
  private memberUses(definition: Node, name: string, altered: boolean): void {
    for (const document of this.documents) {
      if (!document.text.includes(name)) continue;
      for (const node of document.attributesNamed(name)) {
        if (membersAt(document, node).some((member) => member.definition.id === definition.id))
          this.follow(document, node, altered);
      }
    }
  }

  /** `configuration["sqlalchemy.url"] = url` in alembic's env.py. */
  private toOption(left: Node | null): UrlUse['kind'] {
    const key = left?.type === 'subscript' ? left.childForFieldName('subscript') : null;
    return key && plainString(key) === 'sqlalchemy.url' ? 'alembic' : 'other';
  }

  private returned(statement: Node, altered: boolean): void {
    const definition = enclosing(statement, 'function_definition', 'lambda');
    const name = definition?.childForFieldName('name');
    if (!definition || !name) return;
    for (const each of this.documents) {
      if (!each.text.includes(name.text)) continue;
      for (const node of descendants(each.root, ['call', 'attribute'])) {
        if (this.means(each, node, definition)) this.follow(each, node, altered);
      }
    }
  }

  /** True where a call calls the function, or an attribute reads it as a property. */
  private means(document: PythonDocument, node: Node, definition: Node): boolean {
    const callee = node.type === 'call' ? node.childForFieldName('function') : node;
    if (!callee) return false;
    const methods =
      callee.type === 'attribute' ? membersAt(document, callee).filter(({ method }) => method) : [];
    if (methods.length > 0)
      return methods.some(({ method }) => {
        const isProperty = method?.parent?.type === 'decorated_definition';
        return (
          method?.id === definition.id && (isProperty ? node.type === 'attribute' : node.type === 'call')
        );
      });
    const origin = node.type === 'call' ? document.origin(callee) : undefined;
    return origin?.kind === 'local' && origin.binding.statement.id === definition.id;
  }

  private referencesTo(owner: PythonDocument, binding: Binding, altered: boolean): void {
    for (const { document, node } of referencesAcross(this.documents, owner, binding))
      this.follow(document, node, altered);
  }
}
