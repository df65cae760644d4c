import type { Backend } from '../../../src/backend/backend.ts';
import { oldBaseSettings } from '../../../src/backend/base-settings.ts';
import { manifestWith, sourceOf } from '../../../src/backend/requirement-edits.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addByHand, addToBoth, compiledAgain } from '../../../src/settings/compiled.ts';
import type { Transform } from '../../../src/transform.ts';

const TEXT = 'pydantic-settings>=2.0';
/** What it is written behind, the first that is there. */
const BEHIND = ['pydantic', 'fastapi', 'sqlmodel', 'sqlalchemy'];
/** Extras of FastAPI that bring it, by the metadata of FastAPI 0.165. */
const BRINGING = ['standard', 'standard-no-fastapi-cloud-cli', 'all'];

/** Packages that need it themselves, by their metadata: it is installed with them. */
const NEEDING = ['mcp', 'fastmcp', 'fastapi-mail', 'langchain-community', 'chromadb', 'prefect'];

export default {
  title: 'Require pydantic-settings',
  why: 'BaseSettings is a package of its own since pydantic 2; without it the settings cannot be imported.',
  safety: 'safe',
  runsFrom: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/migration/#basesettings-has-moved-to-pydantic-settings',
  catalogue: ['py-basesettings-moved'],
  fixes: [/No module named 'pydantic_settings'/],
  detect(backend) {
    const [user] = backend.sources.filter((document) => usesIt(document, backend));
    const found = manifestWith(backend, BEHIND);
    if (!user || !found || isBrought(backend)) return [];
    const { manifest, requirement: after } = found;
    const source = sourceOf(backend, manifest);
    const edits = addToBoth(backend.workspace, manifest, source, TEXT, BEHIND);
    return [
      {
        subject: 'pydantic-settings',
        at: { file: manifest.path, ...(after?.ranges.whole ?? { start: 0, end: 0 }) },
        message: `${user.path} takes BaseSettings from it, and no manifest requires it.${compiledAgain(manifest, source)}`,
        provides: ['package:pydantic-settings'],
        ...(edits ? { edits } : { safety: 'report' as const, next: addByHand(manifest, TEXT) }),
      },
    ];
  },
} satisfies Transform<'settings'>;

function usesIt(document: PythonDocument, backend: Backend): boolean {
  const { imports, attributes } = oldBaseSettings(document, backend);
  return imports.length > 0 || attributes.length > 0 || importsPackage(document);
}

/** An import below `try` may fail. */
function importsPackage(document: PythonDocument): boolean {
  return document.topBindings.some(
    ({ module, guards }) => /^pydantic_settings(\.|$)/.test(module ?? '') && guards.length === 0,
  );
}

function isBrought(backend: Backend): boolean {
  const withExtra = backend
    .requirements('fastapi')
    .some(({ requirement }) => requirement.extras.some((extra) => BRINGING.includes(extra)));
  return withExtra || ['pydantic-settings', ...NEEDING].some((name) => backend.requires(name));
}
