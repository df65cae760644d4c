import { positional } from '../languages/python/arguments.ts';
import { parametersOf } from '../languages/python/calls.ts';
import { decoratorsOf, methodsOf } from '../languages/python/classes.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { enclosing, type Node, plainString } from '../languages/python/tree.ts';
import { fieldsOf, type SettingsField } from './settings-fields.ts';
import { returnsOf } from './values.ts';

const VALIDATORS = /^pydantic\.(v1\.)?(validator|field_validator|root_validator|model_validator)$/;

/** What the validators of a settings field make of it; what they were given, they give back as it is. */
export function validatedAs({ document, definition, name }: SettingsField): Node[] {
  return methodsOf(definition)
    .filter((method) => validators(document, method).some((call) => names(call).includes(name)))
    .flatMap((method) => {
      const given = new Set(parametersOf(method).map((each) => each.name));
      return returnsOf(method).filter((value) => !given.has(value.text));
    });
}

/** The field of the same class that `values.get("FIELD")`, `values["FIELD"]` and `info.data["FIELD"]` read in a validator. */
export function fieldLookedUp(document: PythonDocument, node: Node): SettingsField | undefined {
  const found = lookedUp(node);
  const method = found && enclosing(node, 'function_definition');
  const owner = method && enclosing(method, 'class_definition');
  if (!found || !method || !owner || validators(document, method).length === 0) return undefined;
  const root = /^(\w+)(\.data)?$/.exec(found.object.text)?.[1];
  if (!parametersOf(method).some(({ name }) => name === root)) return undefined;
  return fieldsOf(document, owner).find(({ name }) => name === found.key);
}

/** The decorators of a method that make a validator of it: calls, or names that are not called. */
function validators(document: PythonDocument, method: Node): Node[] {
  return decoratorsOf(method).filter((decorator) => {
    const callee = decorator.type === 'call' ? decorator.childForFieldName('function') : decorator;
    return VALIDATORS.test((callee && document.externalName(callee)) ?? '');
  });
}

function names(decorator: Node): string[] {
  return decorator.type === 'call' ? positional(decorator).flatMap((each) => plainString(each) ?? []) : [];
}

/** The object and the key of `values.get("KEY")` and `values["KEY"]`. */
function lookedUp(node: Node): { object: Node; key: string } | undefined {
  const callee = node.type === 'call' ? node.childForFieldName('function') : null;
  const isGet = callee?.childForFieldName('attribute')?.text === 'get';
  const isSubscript = node.type === 'subscript';
  const object = isSubscript ? node.childForFieldName('value') : callee?.childForFieldName('object');
  const written = isSubscript ? node.childForFieldName('subscript') : isGet ? positional(node)[0] : undefined;
  const key = written && plainString(written);
  return object && key ? { object, key } : undefined;
}
