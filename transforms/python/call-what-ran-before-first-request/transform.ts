import { frameworkOf } from '../../../src/backend/applications.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import { parametersOf } from '../../../src/backend/routes.ts';
import { decoratorsOf } from '../../../src/languages/python/classes.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { indentUnit } from '../../../src/languages/python/layout.ts';
import {
  decoratorNodes,
  insertAfter,
  insertBefore,
  removeLines,
  statementsOf,
  wholeDefinition,
} from '../../../src/languages/python/statement-edits.ts';
import { children, descendants, enclosing, isAsync, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Call at the start what ran before the first request',
  why: 'Flask 2.3 took before_first_request away, so the module fails when the server imports it.',
  safety: {
    unsafe:
      'it runs when the application is made, in every worker and command, instead of at the first request',
  },
  since: { flask: '2.3' },
  docs: 'https://flask.palletsprojects.com/en/stable/changes/#version-2-3-0',
  catalogue: ['py-flask-before-first-request'],
  fixes: [
    /'Flask' object has no attribute 'before_first_request'/,
    /'Blueprint' object has no attribute 'before_app_first_request'/,
  ],
  literals: ['before_first_request', 'before_app_first_request'],
  detect(document, backend) {
    const because = versionReason(backend, 'flask');
    return descendants(document.root, 'function_definition').flatMap((definition) =>
      decoratorNodes(definition).flatMap(
        (decorator) => draft(document, definition, decorator, because) ?? [],
      ),
    );
  },
} satisfies Transform<'python'>;

function draft(
  document: PythonDocument,
  definition: Node,
  decorator: Node,
  because: string,
): Draft | undefined {
  const expression = decorator.namedChildren[0];
  const object = expression?.childForFieldName('object');
  const method = expression?.childForFieldName('attribute')?.text;
  const name = definition.childForFieldName('name');
  if (!object || !name) return undefined;
  const application = method === 'before_first_request' && frameworkOf(document, object) === 'flask';
  const blueprint = method === 'before_app_first_request' && isBlueprint(document, object);
  if (!application && !blueprint) return undefined;
  const edits = application ? editsFor(document, definition, decorator, object.text) : undefined;
  return {
    subject: name.text,
    at: document.place(decorator),
    message: `Flask 2.3 (${because}) has no ${method} any more; ${name.text} is to be called when the application is made.`,
    ...(edits
      ? { edits }
      : {
          safety: 'report' as const,
          next: `Call ${name.text} in a "with app.app_context():" where the application is made.`,
        }),
  };
}

function isBlueprint(document: PythonDocument, node: Node): boolean {
  const origin = document.origin(node);
  const callee = origin.kind === 'local' ? origin.binding.value?.childForFieldName('function') : undefined;
  return callee ? document.externalName(callee) === 'flask.Blueprint' : false;
}

function editsFor(
  document: PythonDocument,
  definition: Node,
  decorator: Node,
  app: string,
): Edit[] | undefined {
  const removal = removeLines(document, decorator);
  const name = definition.childForFieldName('name')?.text;
  const alone =
    decoratorsOf(definition).length === 1 && parametersOf(definition).length === 0 && !isAsync(definition);
  const call = `with ${app}.app_context():\n${indentUnit(document.text)}${name}()`;
  const insertion = removal && alone ? placed(document, definition, call, app) : undefined;
  return removal && insertion ? [removal, insertion] : undefined;
}

/** At the end of the module, in front of its `if __name__ == "__main__":`; in a factory, in front of its `return app`. */
function placed(document: PythonDocument, definition: Node, call: string, app: string): Edit | undefined {
  const whole = wholeDefinition(definition);
  const factory = whole.parent
    ? enclosing(whole.parent, 'function_definition', 'class_definition')
    : undefined;
  if (!factory) {
    const statements = children(document.root).filter(({ type }) => type !== 'comment');
    const main = statements.find((each) => isMain(each) || isRun(each, app));
    const last = statements.at(-1);
    const before =
      main && main.startIndex > whole.endIndex ? insertBefore(document, main, `${call}\n\n`) : undefined;
    return before ?? (last && insertAfter(document, last, `\n\n${call}`));
  }
  const result = statementsOf(factory).at(-1);
  const returnsApp = result?.type === 'return_statement' && result.namedChildren[0]?.text === app;
  return factory.type === 'function_definition' && returnsApp
    ? insertBefore(document, result, `${call}\n`)
    : undefined;
}

function isMain(statement: Node): boolean {
  return (
    statement.type === 'if_statement' &&
    (statement.childForFieldName('condition')?.text.includes('__name__') ?? false)
  );
}

/** `app.run()` blocks, so whatever stands behind it waits for the server to stop. */
function isRun(statement: Node, app: string): boolean {
  return statement.type === 'expression_statement' && statement.text.startsWith(`${app}.run(`);
}
