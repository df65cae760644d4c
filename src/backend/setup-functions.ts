import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { descendants, isAsync, type Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { engineOf } from './engines.ts';
import { isMetadata } from './models.ts';
import { referencesAcross } from './references.ts';
import { yields } from './sessions.ts';

/** A function that makes the tables, or that disposes of the engine. */
export interface SetupFunction {
  document: PythonDocument;
  binding: Binding;
  role: 'init' | 'close';
  async: boolean;
  /** How often anything outside tests uses it; imports do not count. */
  uses: number;
}

/** Functions without required parameters, at the top of a module, that set the database up or take it down. */
export function setupFunctions(backend: Backend): SetupFunction[] {
  return backend.sources
    .filter(({ text }) => text.includes('create_all') || text.includes('dispose'))
    .flatMap((document) =>
      document.topBindings.flatMap((binding) => {
        const role =
          binding.kind === 'function' && !takesArguments(binding.statement)
            ? roleOf(document, binding.statement)
            : undefined;
        if (!role) return [];
        const uses = referencesAcross(backend.sources, document, binding).length;
        return [{ document, binding, role, async: isAsync(binding.statement), uses }];
      }),
    );
}

function takesArguments(definition: Node): boolean {
  const parameters = definition.childForFieldName('parameters')?.namedChildren ?? [];
  return parameters.some((parameter) => parameter && /^(identifier|typed_parameter)$/.test(parameter.type));
}

function roleOf(document: PythonDocument, definition: Node): SetupFunction['role'] | undefined {
  if (yields(definition) || definition.parent?.type === 'decorated_definition') return undefined;
  const attributes = descendants(definition, 'attribute');
  const named = (name: string) =>
    attributes.filter((node) => node.childForFieldName('attribute')?.text === name);
  const creates = named('create_all').some((node) =>
    isMetadata(document, node.childForFieldName('object') ?? node),
  );
  if (creates && named('drop_all').length === 0) return 'init';
  const disposes = named('dispose').some((node) =>
    engineOf(document, node.childForFieldName('object') ?? node),
  );
  return disposes ? 'close' : undefined;
}
