import { keywordValue } from '../languages/python/arguments.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import { children, enclosing, type Node, plainString } from '../languages/python/tree.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../settings/database-url.ts';
import { readDotenv } from '../settings/dotenv.ts';
import { isDotenv } from '../settings/variables.ts';
import type { Backend } from './backend.ts';
import { environmentRead } from './environment-reads.ts';
import { fieldRead, memberAt } from './settings-fields.ts';
import type { UrlLiteral } from './url-sources.ts';
import { fieldLookedUp } from './validators.ts';
import { valueFor } from './values.ts';

/** An address that the code puts together: an f-string, or `URL.create(…)` and `PostgresDsn.build(…)`, with what the settings say. */
export function composedAddress(backend: Backend, literal: UrlLiteral): DatabaseUrl | undefined {
  return literal.scheme ? fromCall(backend, literal) : fromPieces(backend, literal);
}

function fromPieces(backend: Backend, { document, node, text, start }: UrlLiteral): DatabaseUrl | undefined {
  let filled = text;
  const pieces = children(node).filter((child) => child.type === 'interpolation');
  for (const piece of pieces.reverse()) {
    const expression = piece.childForFieldName('expression') ?? piece.namedChildren[0];
    const value = expression ? constantOf(backend, document, expression) : undefined;
    if (value === undefined) continue;
    filled = filled.slice(0, piece.startIndex - start) + value + filled.slice(piece.endIndex - start);
  }
  return parseDatabaseUrl(filled);
}

function fromCall(backend: Backend, { document, node, text }: UrlLiteral): DatabaseUrl | undefined {
  const call = enclosing(node, 'call');
  const url = parseDatabaseUrl(`${text}://`);
  if (!call || !url) return undefined;
  const part = (...names: string[]) => {
    const given = names.map((name) => keywordValue(call, name)).find(Boolean);
    return given && constantOf(backend, document, given);
  };
  const [user, host, port] = [part('username', 'user'), part('host'), part('port')];
  const database = part('database', 'path')?.replace(/^\//, '');
  return {
    ...url,
    ...(user && { user }),
    ...(host && { host, hosts: [{ host }] }),
    ...(port && /^\d+$/.test(port) && { port: Number(port) }),
    ...(database && { database }),
  };
}

/** The text of a literal, or the value that a settings file or a default gives a variable. */
export function constantOf(
  backend: Backend,
  document: PythonDocument,
  node: Node,
  hops = 0,
): string | undefined {
  if (hops > 4) return undefined;
  const literal = plainString(node) ?? (node.type === 'integer' ? node.text : undefined);
  if (literal !== undefined) return literal;
  const member = node.type === 'attribute' ? memberAt(document, node) : undefined;
  const field = member ? fieldRead(document, node, member) : fieldLookedUp(document, node);
  if (field)
    return (
      settingOf(backend, field.variable) ??
      (field.default && constantOf(backend, field.document, field.default, hops + 1))
    );
  const read = environmentRead(document, node);
  if (read)
    return (
      settingOf(backend, read.variable) ??
      (read.default && constantOf(backend, document, read.default, hops + 1))
    );
  const inner = node.type === 'call' ? node.childForFieldName('arguments')?.namedChildren[0] : undefined;
  if (
    inner &&
    /^(str|int|quote|quote_plus)$/.test(node.childForFieldName('function')?.text.split('.').at(-1) ?? '')
  ) {
    return constantOf(backend, document, inner, hops + 1);
  }
  const value = valueFor(document, node);
  return value && value.node.id !== node.id
    ? constantOf(backend, value.document, value.node, hops + 1)
    : undefined;
}

/** `.env` counts before its examples. */
function settingOf(backend: Backend, variable: string): string | undefined {
  const files = backend.facts.settingsFiles
    .filter(isDotenv)
    .sort((a, b) => Number(!a.endsWith('.env')) - Number(!b.endsWith('.env')));
  for (const path of files) {
    const file = backend.workspace.read(path);
    const entry =
      file && readDotenv(file).findLast(({ name }) => name.toLowerCase() === variable.toLowerCase());
    if (entry) return entry.value;
  }
  return undefined;
}
