import { environmentRead } from '../../../src/backend/environment-reads.ts';
import { isPydantic1, type SettingsClass, settingsClasses } from '../../../src/backend/settings-classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { bodyOf } from '../../../src/languages/python/statement-edits.ts';
import { children, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Say the type of each setting',
  why: 'pydantic 1 took the type of a field from its default; pydantic 2 refuses a field without an annotation when the class is made, so nothing starts.',
  safety: 'safe',
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/errors/usage_errors/#model-field-missing-annotation',
  catalogue: ['py-basesettings-moved'],
  fixes: [/A non-annotated attribute was detected/],
  literals: ['Settings'],
  detect(document) {
    return settingsClasses(document)
      .filter((settings) => !isPydantic1(settings))
      .flatMap((settings) => draftsOf(document, settings));
  },
} satisfies Transform<'python'>;

/** `timeout = 30` in the body of a class. */
interface Bare {
  name: Node;
  value: Node;
}

function draftsOf(document: PythonDocument, { definition, name }: SettingsClass): Draft[] {
  const bare = bodyOf(definition)
    .flatMap(bareField)
    .filter(({ value }) => !isNoField(document, value));
  const [first] = bare.filter(({ value }) => isPlain(document, value));
  if (!first) return [];
  const typed = bare.map((field) => ({ ...field, type: typeOf(document, field.value) }));
  const names = bare.map((field) => field.name.text).join(', ');
  const base = {
    subject: name,
    at: document.place(first.name),
    message: `${name} has fields without an annotation (${names}), which pydantic 2 refuses.`,
  };
  const unknown = typed.filter(({ type }) => type === undefined).map((field) => field.name.text);
  if (unknown.length > 0) {
    const next = `Annotate them, ${unknown.join(' and ')} with what its value really is; ClassVar for what is no setting.`;
    return [{ ...base, safety: 'report', next }];
  }
  const edits = typed.map(({ name: { endIndex }, type }) => ({
    file: document.path,
    start: endIndex,
    end: endIndex,
    text: `: ${type}`,
  }));
  return [{ ...base, edits }];
}

/** Private names, dunders and the configuration are no fields. */
function bareField(statement: Node): Bare[] {
  const assignment = statement.type === 'expression_statement' ? children(statement)[0] : undefined;
  const name = assignment?.type === 'assignment' ? assignment.childForFieldName('left') : undefined;
  const value = assignment?.childForFieldName('right');
  if (name?.type !== 'identifier' || !value || assignment?.childForFieldName('type')) return [];
  return name.text.startsWith('_') || name.text === 'model_config' ? [] : [{ name, value }];
}

/** `customise = other_function`, `check = classmethod(f)`: pydantic lets methods and properties be, however they come in. */
function isNoField(document: PythonDocument, value: Node): boolean {
  if (value.type === 'call') {
    const callee = value.childForFieldName('function');
    return callee !== null && /^(classmethod|staticmethod|property)$/.test(callee.text);
  }
  const origin = /^(identifier|attribute)$/.test(value.type) ? document.origin(value) : undefined;
  return origin?.kind === 'local' && /^(function|class)$/.test(origin.binding.kind);
}

/** True for a value that is data for certain: the class cannot be made with it. What a call gives may be a function. */
function isPlain(document: PythonDocument, value: Node): boolean {
  return (
    /^(list|dictionary|set|tuple|none)$/.test(value.type) ||
    typeOf(document, value) !== undefined ||
    environmentRead(document, value) !== undefined
  );
}

const LITERALS: Readonly<Record<string, string>> = {
  string: 'str',
  concatenated_string: 'str',
  integer: 'int',
  float: 'float',
  true: 'bool',
  false: 'bool',
  not_operator: 'bool',
};

/** The type that pydantic 1 saw in a default; undefined where the code does not say it. */
function typeOf(document: PythonDocument, value: Node): string | undefined {
  if (value.type === 'parenthesized_expression' && value.namedChildren[0])
    return typeOf(document, value.namedChildren[0]);
  if (value.type === 'string' && /^[rRuU]*[bB]/.test(value.text)) return 'bytes';
  const literal = LITERALS[value.type];
  if (literal) return literal;
  if (value.type === 'unary_operator') {
    const operand = value.childForFieldName('argument');
    return operand ? typeOf(document, operand) : undefined;
  }
  if (value.type === 'comparison_operator') return isTest(value) ? 'bool' : undefined;
  if (value.type === 'subscript') return environmentRead(document, value) ? 'str' : undefined;
  return value.type === 'call' ? typeOfCall(document, value) : undefined;
}

/** `in`, `is` and `==` of strings: whatever is compared, nothing but a truth value comes out. */
function isTest(comparison: Node): boolean {
  return comparison.children.some((each) => each !== null && /^(in|is|not in|is not)$/.test(each.type));
}

/** `int(…)`, and `os.getenv(name, default)` with a default that is text. */
function typeOfCall(document: PythonDocument, call: Node): string | undefined {
  const callee = call.childForFieldName('function');
  const origin = callee ? document.origin(callee) : undefined;
  if (origin?.kind === 'builtin') return /^(str|int|float|bool)$/.test(origin.name) ? origin.name : undefined;
  const fallback = environmentRead(document, call)?.default;
  const isPlain = origin?.kind === 'external' && origin.name.startsWith('os.');
  return isPlain && fallback && typeOf(document, fallback) === 'str' ? 'str' : undefined;
}
