import type { Backend } from '../../../src/backend/backend.ts';
import { oldBaseSettings } from '../../../src/backend/base-settings.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addRequirement } from '../../../src/settings/manifest.ts';
import type { Transform } from '../../../src/transform.ts';

const TEXT = 'pydantic-settings>=2.0';
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
    const found = ['pydantic', 'fastapi', 'sqlmodel', 'sqlalchemy'].flatMap((name) =>
      backend.requirements(name),
    )[0];
    const manifest = found?.manifest ?? backend.manifests[0];
    const file = manifest && backend.workspace.read(manifest.path);
    if (!user || !manifest || !file || isBrought(backend)) return [];
    const after = found?.requirement;
    const edits = addRequirement(manifest, file, TEXT, after && { after });
    return [
      {
        subject: 'pydantic-settings',
        at: { file: manifest.path, ...(after?.ranges.whole ?? { start: 0, end: 0 }) },
        message: `${user.path} takes BaseSettings from it, and no manifest requires it.`,
        provides: ['package:pydantic-settings'],
        ...(edits
          ? { edits }
          : {
              safety: 'report' as const,
              next: `Add ${TEXT} to ${manifest.path} and lock its hashes again.`,
            }),
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
