import { oldBaseSettings } from '../../../src/backend/base-settings.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport, moveImported } from '../../../src/languages/python/import-edits.ts';
import type { Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const HOME = 'pydantic_settings';

export default {
  title: 'Import BaseSettings from pydantic_settings',
  why: 'pydantic 2 has no BaseSettings of its own, so the import fails when the server starts.',
  safety: 'safe',
  runsFrom: { pydantic: '2' },
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/migration/#basesettings-has-moved-to-pydantic-settings',
  catalogue: ['py-basesettings-moved'],
  fixes: [
    /`BaseSettings` has been moved to the `pydantic-settings` package/,
    /cannot import name 'BaseSettings' from 'pydantic/,
  ],
  literals: ['BaseSettings'],
  detect(document, backend) {
    const { imports, attributes } = oldBaseSettings(document, backend);
    const named = imports.map(({ document: source, binding }) => ({
      ...described(document.place(binding.node)),
      at: source.place(binding.node),
      edits: moveImported(source, binding, HOME, 'BaseSettings'),
    }));
    const [first] = attributes;
    return first ? [...named, dotted(document, attributes, first)] : named;
  },
} satisfies Transform<'python'>;

function described(at: Draft['at']) {
  return {
    subject: 'BaseSettings',
    at,
    message: 'From pydantic 2 on BaseSettings is in pydantic_settings.',
    needs: ['package:pydantic-settings'],
  };
}

/** `pydantic.BaseSettings`, where the name itself is free. */
function dotted(document: PythonDocument, attributes: readonly Node[], first: Node): Draft {
  const bound = document.scopes.module.bindings.has('BaseSettings');
  if (bound)
    return {
      ...described(document.place(first)),
      safety: 'report',
      next: 'Import pydantic_settings and write pydantic_settings.BaseSettings.',
    };
  return {
    ...described(document.place(first)),
    edits: [
      ...attributes.map((node) => ({ ...document.place(node), text: 'BaseSettings' })),
      ...addImport(document, { module: HOME, name: 'BaseSettings' }),
    ],
  };
}
