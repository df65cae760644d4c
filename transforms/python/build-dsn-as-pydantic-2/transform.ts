import { isDsnBuild, isDsnMade } from '../../../src/backend/dsn.ts';
import { environmentRead } from '../../../src/backend/environment-reads.ts';
import { memberAt } from '../../../src/backend/settings-fields.ts';
import { fieldLookedUp } from '../../../src/backend/validators.ts';
import {
  argumentsOf,
  keyword,
  keywordValue,
  positional,
  removeArgument,
} from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { children, type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

export default {
  title: 'Build the address with the arguments of pydantic 2',
  why: 'pydantic 2 calls user username, wants the port as a number, and puts the slash before the database itself: with one more the database is called "/name". Beside an address that is whole it takes nothing.',
  safety: 'safe',
  runsFrom: { pydantic: '2' },
  since: { pydantic: '2' },
  docs: 'https://docs.pydantic.dev/latest/api/networks/#pydantic.networks.PostgresDsn.build',
  catalogue: ['py-postgresdsn-build'],
  fixes: [
    /build\(\) got an unexpected keyword argument 'user'/,
    /_Base(MultiHost)?Url\.__init__\(\) got an unexpected keyword argument/,
    /MultiHostUrl\.__new__\(\) got an unexpected keyword argument/,
    /'str' object cannot be interpreted as an integer/,
    /MultiHostUrl.* has no attribute 'build'/,
    /database "\/[\w-]+" does not exist/,
  ],
  literals: ['.build', 'scheme'],
  detect(document) {
    return document.calls.flatMap((call): Draft[] => {
      const found = isDsnBuild(document, call) ? draft(document, call) : alone(document, call);
      return found ? [found] : [];
    });
  },
} satisfies Transform<'python'>;

/** `PostgresDsn(url, scheme=…)`: pydantic 1 wanted the parts beside the address, and kept the address as it was. */
function alone(document: PythonDocument, call: Node): Draft | undefined {
  const url = isDsnMade(document, call) ? (keyword(call, 'url') ?? positional(call)[0]) : undefined;
  const parts = argumentsOf(call).filter(({ id }) => id !== url?.id);
  const edit =
    url && parts.every(({ type }) => type === 'keyword_argument') && without(document, call, url, parts);
  if (!edit) return undefined;
  const names = parts.map((part) => part.childForFieldName('name')?.text).join(', ');
  return {
    subject: `${call.childForFieldName('function')?.text}`,
    at: document.place(call),
    message: `In pydantic 2 an address takes nothing beside itself: ${names} is refused.`,
    edits: [edit],
  };
}

/** All that stands behind the address, or the one argument that stands before it. */
function without(document: PythonDocument, call: Node, url: Node, parts: readonly Node[]): Edit | undefined {
  const [part, another] = parts;
  const last = parts.at(-1);
  if (!part || !last) return undefined;
  const behind = { file: document.path, start: url.endIndex, end: last.endIndex, text: '' };
  const isFirst = argumentsOf(call)[0]?.id === url.id;
  if (isFirst && !document.text.slice(behind.start, behind.end).includes('#')) return behind;
  return another ? undefined : removeArgument(document, call, part);
}

function draft(document: PythonDocument, call: Node): Draft | undefined {
  const parts = [
    userName(document, call),
    portNumber(document, call),
    pathWithoutSlash(document, call),
  ].filter((part) => part !== undefined);
  const callee = call.childForFieldName('function');
  if (parts.length === 0 || !callee) return undefined;
  return {
    subject: (document.externalName(callee) ?? callee.text).split('.').slice(-2).join('.'),
    at: document.place(call),
    message: `In pydantic 2 ${parts.map(({ says }) => says).join(', and ')}.`,
    edits: parts.map(({ edit }) => edit),
  };
}

interface Part {
  edit: Edit;
  says: string;
}

function userName(document: PythonDocument, call: Node): Part | undefined {
  const name = keyword(call, 'user')?.childForFieldName('name');
  if (!name || keyword(call, 'username')) return undefined;
  return { edit: { ...document.place(name), text: 'username' }, says: 'user is called username' };
}

function portNumber(document: PythonDocument, call: Node): Part | undefined {
  const port = keywordValue(call, 'port');
  if (!port || !isText(document, port)) return undefined;
  const literal = plainString(port);
  const inner =
    port.type === 'call' && port.childForFieldName('function')?.text === 'str' ? inside(port) : undefined;
  if (literal !== undefined && !/^\d+$/.test(literal)) return undefined;
  const text = literal ?? `int(${(inner ?? port).text})`;
  return { edit: { ...document.place(port), text }, says: 'the port is a number' };
}

/** True for what is certainly a string: a literal, `str(…)`, an environment read, a field annotated so. */
function isText(document: PythonDocument, node: Node): boolean {
  if (node.type === 'string' || environmentRead(document, node)) return true;
  const field = fieldLookedUp(document, node);
  if (field) return field.annotation?.text === 'str';
  const callee = node.type === 'call' ? node.childForFieldName('function') : null;
  if (callee) {
    const origin = document.origin(callee);
    return origin.kind === 'builtin' && origin.name === 'str';
  }
  const annotation = node.type === 'attribute' ? memberAt(document, node)?.annotation : undefined;
  return annotation?.text === 'str';
}

function inside(call: Node): Node | undefined {
  const [only, other] = children(call.childForFieldName('arguments') ?? call);
  return other ? undefined : only;
}

/** `path="/shop"`, `path=f"/{name}"` and `path="/" + name`. */
function pathWithoutSlash(document: PythonDocument, call: Node): Part | undefined {
  const path = keywordValue(call, 'path');
  const edit = path && withoutSlash(document, path);
  return edit && { edit, says: 'the slash before the database is added, so that the path comes without it' };
}

function withoutSlash(document: PythonDocument, path: Node): Edit | undefined {
  if (path.type === 'binary_operator') {
    const [left, right] = [path.childForFieldName('left'), path.childForFieldName('right')];
    return left && right && plainString(left) === '/'
      ? { file: document.path, start: left.startIndex, end: right.startIndex, text: '' }
      : undefined;
  }
  const [open, second] = path.type === 'string' ? children(path) : [];
  if (open?.type !== 'string_start' || second?.type !== 'string_content') return undefined;
  if (!second.text.startsWith('/')) return undefined;
  return { file: document.path, start: second.startIndex, end: second.startIndex + 1, text: '' };
}
