import { alembicEnvironments } from '../../../src/backend/alembic.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { constantOf } from '../../../src/backend/constants.ts';
import { methodCalls } from '../../../src/backend/engines.ts';
import { isQuoted, piecesOf } from '../../../src/backend/quoted.ts';
import { isText } from '../../../src/backend/text-values.ts';
import { placesOf, type UrlPlace } from '../../../src/backend/url-places.ts';
import { type UrlSources, urlSources } from '../../../src/backend/url-sources.ts';
import { valueFor } from '../../../src/backend/values.ts';
import { positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

const MESSAGE = 'configparser takes a % for the beginning of %(name)s';

export default {
  title: 'Double the percent signs of the address that alembic is given',
  why: 'Alembic keeps the address in a configparser, where a single %, as an encoded password has it, is an error at the first command.',
  safety: 'safe',
  docs: 'https://alembic.sqlalchemy.org/en/latest/api/config.html#alembic.config.Config.set_main_option',
  catalogue: ['py-alembic-percent'],
  fixes: [
    /invalid interpolation syntax in '.*' at position \d+/,
    /InterpolationSyntaxError: '%' must be followed by '%' or '\('/,
  ],
  detect(backend) {
    const inCode = backend.sources
      .filter(({ text }) => text.includes('set_main_option'))
      .flatMap((document) =>
        givenAddresses(document).flatMap((node) => inOption(backend, document, node) ?? []),
      );
    const inFiles = alembicEnvironments(backend).flatMap(({ ini }) => (ini && inIni(ini)) ?? []);
    return [...inCode, ...once(inFiles)];
  },
} satisfies Transform<'settings'>;

/** The second arguments of `config.set_main_option("sqlalchemy.url", …)`, where the receiver is alembic's. */
function givenAddresses(document: PythonDocument): Node[] {
  return methodCalls(document, 'set_main_option').flatMap(({ call, receiver }) => {
    const [name, value] = positional(call);
    const given =
      name && value && plainString(name) === 'sqlalchemy.url' && isAlembicConfig(document, receiver);
    return given ? [value] : [];
  });
}

function isAlembicConfig(document: PythonDocument, receiver: Node): boolean {
  const value = valueFor(document, receiver);
  const made = value?.node.type === 'call' ? value.node.childForFieldName('function') : value?.node;
  const name = made && value?.document.externalName(made);
  return name === 'alembic.context.config' || name === 'alembic.config.Config';
}

function inOption(backend: Backend, document: PythonDocument, node: Node): Draft | undefined {
  const literal = plainString(node);
  if (literal !== undefined) return literalInOption(document, node, literal);
  if (!isText(document, node) || isEscaped(node.text)) return undefined;
  const sources = urlSources(document, node);
  if (isEscapedBefore(sources)) return undefined;
  const found = { subject: 'sqlalchemy.url', at: document.place(node) };
  const text = /^(identifier|attribute|call|subscript|parenthesized_expression|string)$/.test(node.type)
    ? node.text
    : `(${node.text})`;
  const written = `${text}.replace("%", "%%")`;
  const why = percentIn(backend, sources);
  if (why)
    return {
      ...found,
      message: `${MESSAGE}, and ${why}.`,
      edits: [{ ...document.place(node), text: written }],
    };
  if (sources.variables.length === 0 && sources.unknown.length === 0) return undefined;
  return {
    ...found,
    message: `${MESSAGE}: should the address ever have one, every alembic command ends with an error.`,
    safety: 'note',
    next: `Write ${written} here before that.`,
  };
}

function literalInOption(document: PythonDocument, node: Node, literal: string): Draft | undefined {
  if (escaped(literal) === literal) return undefined;
  return {
    subject: 'sqlalchemy.url',
    at: document.place(node),
    message: `${MESSAGE}, and the address has one.`,
    edits: [{ ...document.place(node), text: node.text.replace(literal, () => escaped(literal)) }],
    secret: true,
  };
}

function isEscaped(text: string): boolean {
  return /%%|escape/.test(text);
}

function isEscapedBefore({ alterations }: UrlSources): boolean {
  return alterations.some((step) => step.kind === 'replace' && step.to === '%%');
}

/** What says that the address has a percent sign: a value that is known, or code that encodes a part of it. */
function percentIn(backend: Backend, { literals, variables }: UrlSources): string | undefined {
  for (const { name } of variables) {
    const place = placesOf(backend.workspace, backend.facts.settingsFiles, name).find(({ text }) =>
      text.includes('%'),
    );
    if (place) return `${name} has one in ${place.file}`;
  }
  for (const { document, node, text } of literals) {
    if (/%[0-9a-f]{2}/i.test(text)) return 'the address has one';
    for (const piece of piecesOf(node)) {
      if (isQuoted(document, piece)) return `${document.path} encodes a part of the address`;
      if (constantOf(backend, document, piece)?.includes('%')) return `${piece.text} has one`;
    }
  }
  return undefined;
}

function inIni(ini: UrlPlace): Draft | undefined {
  const text = escaped(ini.text);
  if (text === ini.text) return undefined;
  return {
    subject: 'sqlalchemy.url',
    at: { file: ini.file, start: ini.start, end: ini.end },
    message: `${MESSAGE}, and the address has one.`,
    edits: [{ file: ini.file, start: ini.start, end: ini.end, text }],
    secret: true,
  };
}

/** Two environments may read one alembic.ini. */
function once(drafts: Draft[]): Draft[] {
  return drafts.filter((draft, at) => drafts.findIndex((each) => each.at.file === draft.at.file) === at);
}

/** `%%` and `%(here)s` are for configparser already. */
function escaped(text: string): string {
  return text.replace(/%%|%\(|%/g, (found) => (found === '%' ? '%%' : found));
}
