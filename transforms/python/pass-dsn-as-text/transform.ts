import type { Backend } from '../../../src/backend/backend.ts';
import { isDsn } from '../../../src/backend/dsn.ts';
import { engineAt } from '../../../src/backend/engines.ts';
import { MAKE_URL } from '../../../src/backend/url-sources.ts';
import { RAW } from '../../../src/backend/url-uses.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { descendants, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

/** Methods of `str` that the addresses of pydantic 2 do not have. */
const TEXT_METHODS = new Set([
  'replace',
  'startswith',
  'endswith',
  'split',
  'rsplit',
  'partition',
  'rpartition',
  'strip',
  'format',
  'encode',
  'removeprefix',
  'removesuffix',
  'lower',
  'find',
]);

export default {
  title: 'Hand the address on as text',
  why: 'Since pydantic 2 PostgresDsn is an object and no string: SQLAlchemy, the drivers and the methods of str refuse it.',
  safety: 'safe',
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/migration/#url-and-dsn-types-in-pydanticnetworks-no-longer-inherit-from-str',
  catalogue: ['py-postgresdsn-not-str'],
  fixes: [
    /Expected string or URL object, got (\w*Dsn|\w*Url|MultiHostUrl|Url)\(/,
    /'(\w*Dsn|AnyUrl|MultiHostUrl|Url)' object has no attribute '(replace|startswith|endswith|split|strip|encode|format)'/,
    /unsupported operand type\(s\) for \+: '(\w*Dsn|AnyUrl|MultiHostUrl|Url)'/,
    /can only concatenate str \(not "(\w*Dsn|AnyUrl|MultiHostUrl|Url)"\) to str/,
  ],
  literals: [
    'create_engine',
    'create_async_engine',
    'set_main_option',
    'connect',
    'create_pool',
    'make_url',
    'urlparse',
    'replace',
    'Dsn',
    'Url',
  ],
  detect(document, backend) {
    if (!mentionsDsn(backend)) return [];
    return [...openers(document), ...receivers(document), ...operands(document)].map((node) =>
      draft(document, node),
    );
  },
} satisfies Transform<'python'>;

const mentioned = new WeakMap<Backend, boolean>();

function mentionsDsn(backend: Backend): boolean {
  const found =
    mentioned.get(backend) ??
    backend.documents.some(({ text }) => text.includes('pydantic') && /(Dsn|Url)\b/.test(text));
  mentioned.set(backend, found);
  return found;
}

function draft(document: PythonDocument, node: Node): Draft {
  return {
    subject: node.text,
    at: document.place(node),
    message: `${node.text} is an address object of pydantic 2, and a string is wanted here.`,
    edits: [{ ...document.place(node), text: `str(${node.text})` }],
  };
}

/** The first argument of what opens a database, and what alembic is given. */
function openers(document: PythonDocument): Node[] {
  return document.calls.flatMap((call) => {
    const given = addressArgument(document, call);
    return given && isDsn(document, given) ? [given] : [];
  });
}

function addressArgument(document: PythonDocument, call: Node): Node | undefined {
  const callee = call.childForFieldName('function');
  const [first, second] = positional(call);
  const engine = engineAt(document, call);
  if (engine || !callee) return engine?.url;
  if (callee.childForFieldName('attribute')?.text === 'set_main_option')
    return first && plainString(first) === 'sqlalchemy.url' ? second : undefined;
  const name = document.externalName(callee) ?? '';
  return MAKE_URL.has(name) || RAW.has(name) ? first : undefined;
}

/** `settings.database_url.replace(…)`. */
function receivers(document: PythonDocument): Node[] {
  return document.calls.flatMap((call) => {
    const callee = call.childForFieldName('function');
    const object = callee?.type === 'attribute' ? callee.childForFieldName('object') : null;
    const method = callee?.childForFieldName('attribute')?.text ?? '';
    return object && TEXT_METHODS.has(method) && isDsn(document, object) ? [object] : [];
  });
}

/** `settings.database_url + "?ssl=require"`. */
function operands(document: PythonDocument): Node[] {
  if (!document.text.includes('+')) return [];
  return descendants(document.root, 'binary_operator').flatMap((operator) => {
    if (operator.childForFieldName('operator')?.text !== '+') return [];
    const sides = [operator.childForFieldName('left'), operator.childForFieldName('right')];
    return sides.flatMap((side) => (side && isDsn(document, side) ? [side] : []));
  });
}
