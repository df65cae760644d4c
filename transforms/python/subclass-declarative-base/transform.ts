import type { Backend } from '../../../src/backend/backend.ts';
import { classesOf } from '../../../src/backend/engines.ts';
import { referencesAcross } from '../../../src/backend/references.ts';
import { lineEnding } from '../../../src/files/source-file.ts';
import { basesOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentUnit, lineStart } from '../../../src/languages/python/layout.ts';
import type { Binding } from '../../../src/languages/python/scopes.ts';
import { insertBefore } from '../../../src/languages/python/statement-edits.ts';
import { children, enclosing, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const DECLARATIVE = /^sqlalchemy\.orm(\.decl_api)?\.(DeclarativeBase|DeclarativeBaseNoMeta)$/;

export default {
  title: 'Make a base class below DeclarativeBase',
  why: 'DeclarativeBase is refused as the base of a mapped class itself, so the models cannot be imported.',
  safety: 'safe',
  docs: 'https://docs.sqlalchemy.org/en/20/orm/declarative_styles.html#using-a-declarative-base-class',
  catalogue: ['py-declarative-shape'],
  fixes: [
    /Cannot use 'DeclarativeBase(NoMeta)?' directly as a declarative base class/,
    /DeclarativeBase\(\) takes no arguments/,
  ],
  literals: ['DeclarativeBase'],
  detect(document, backend) {
    return [
      ...document.topBindings.flatMap((binding) => assigned(document, backend, binding) ?? []),
      ...mappedDirectly(document, backend),
    ];
  },
} satisfies Transform<'python'>;

function isDeclarative(document: PythonDocument, node: Node): boolean {
  const named = node.type === 'identifier' || node.type === 'attribute';
  return named && DECLARATIVE.test(document.externalName(node) ?? '');
}

/** `Base = DeclarativeBase()`, and `Base = DeclarativeBase` below which a class is mapped. */
function assigned(document: PythonDocument, backend: Backend, binding: Binding): Draft | undefined {
  const { value, statement } = binding;
  if (binding.kind !== 'assignment' || !value) return undefined;
  const callee = value.type === 'call' ? value.childForFieldName('function') : undefined;
  const base = callee ?? value;
  if (!isDeclarative(document, base)) return undefined;
  const mapped = () =>
    referencesAcross(backend.documents, document, binding).some(({ node }) => {
      const definition = enclosing(node, 'class_definition');
      const isBase = definition && basesOf(definition).some(({ id }) => id === node.id);
      return isBase === true && namesTable(definition);
    });
  if (!callee && !mapped()) return undefined;
  const line = enclosing(statement, 'expression_statement') ?? statement;
  const { text } = document;
  const message = `${binding.name} has to be a class of its own below ${base.text}.`;
  const draft = { subject: binding.name, at: document.place(statement), message };
  const alone = text.slice(lineStart(text, line.startIndex), line.startIndex).trim() === '';
  if (
    !alone ||
    (callee && value.childForFieldName('arguments')?.namedChildCount !== 0) ||
    binding.annotation
  ) {
    const next = `Write it as:  class ${binding.name}(${base.text}): pass`;
    return { ...draft, safety: 'report', next };
  }
  const written = `class ${binding.name}(${base.text}):${lineEnding(text)}${indentUnit(text)}pass`;
  return { ...draft, edits: [{ ...document.place(line), text: written }] };
}

/** `class User(DeclarativeBase): __tablename__ = "user"`. */
function mappedDirectly(document: PythonDocument, backend: Backend): Draft[] {
  const wrong = mappedBelow(document);
  const [first] = wrong;
  if (!first) return [];
  const base = first.base.text;
  const draft = {
    subject: 'DeclarativeBase',
    at: document.place(first.base),
    message: `${base} is the base of a mapped class; it takes a class in between, which holds the metadata.`,
  };
  const own = children(document.root).find(
    (each) => isOwnBase(document, each) && each.endIndex < first.base.startIndex,
  );
  const name = own?.childForFieldName('name')?.text ?? 'Base';
  const elsewhere = backend.documents.find((each) => each.path !== document.path && hasOtherBase(each));
  const top = wrong.every(({ definition }) => isTop(definition));
  if ((!own && document.scopes.module.find('Base')) || (!own && elsewhere) || !top) {
    const next = elsewhere
      ? `Give all models one base: the models of ${elsewhere.path} have another one.`
      : 'Make one class below DeclarativeBase and let the models inherit from it.';
    return [{ ...draft, safety: 'report', next }];
  }
  const edits = wrong.map((each) => ({ ...document.place(each.base), text: name }));
  const statement =
    first.definition.parent?.type === 'decorated_definition' ? first.definition.parent : first.definition;
  const added = `class ${name}(${base}):\n${indentUnit(document.text)}pass\n\n`;
  return [{ ...draft, edits: own ? edits : [insertBefore(document, statement, added), ...edits] }];
}

function mappedBelow(document: PythonDocument): { definition: Node; base: Node }[] {
  return classesOf(document).flatMap((definition) => {
    const base = basesOf(definition).find((each) => isDeclarative(document, each));
    return base && namesTable(definition) ? [{ definition, base }] : [];
  });
}

/** SQLAlchemy asks the same: a `__tablename__` that is a string, or a `__table__` that is no function. */
function namesTable(definition: Node): boolean {
  const body = definition.childForFieldName('body');
  return children(body ?? definition).some((statement) => {
    const assignment = statement.type === 'expression_statement' ? statement.namedChildren[0] : undefined;
    const left = assignment?.type === 'assignment' ? assignment.childForFieldName('left')?.text : undefined;
    const right = assignment?.childForFieldName('right');
    return left === '__table__'
      ? right?.type === 'call'
      : left === '__tablename__' && right
        ? plainString(right) !== undefined
        : false;
  });
}

function isOwnBase(document: PythonDocument, node: Node): boolean {
  return (
    node.type === 'class_definition' &&
    !namesTable(node) &&
    basesOf(node).some((base) => isDeclarative(document, base))
  );
}

function hasOtherBase(document: PythonDocument): boolean {
  if (!document.text.includes('DeclarativeBase')) return false;
  return (
    mappedBelow(document).length > 0 || children(document.root).some((node) => isOwnBase(document, node))
  );
}

function isTop(definition: Node): boolean {
  const parent =
    definition.parent?.type === 'decorated_definition' ? definition.parent.parent : definition.parent;
  return parent?.type === 'module';
}
