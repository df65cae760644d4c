import { engineAddresses } from '../../../src/backend/addresses.ts';
import { driverInUse } from '../../../src/backend/connect-args.ts';
import { keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { appendPair, pairNamed, pairsOf, removePair } from '../../../src/languages/python/pairs.ts';
import { type Node, plainString } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';
import type { Edit } from '../../../src/types.ts';

/** What psycopg2 calls it, and what asyncpg calls it: the values are the same. */
const RENAMED: Readonly<Record<string, string>> = { sslmode: 'ssl', connect_timeout: 'timeout' };
/** Options of libpq that asyncpg has no word for. */
const UNKNOWN =
  /^(keepalives(_\w+)?|channel_binding|gssencmode|sslrootcert|sslcert|sslkey|tcp_user_timeout)$/;

export default {
  title: 'Hand asyncpg options that it has',
  why: 'connect_args are handed to the driver as they are: what psycopg2 takes makes asyncpg fail at the first connection.',
  safety: 'safe',
  docs: 'https://magicstack.github.io/asyncpg/current/api/index.html#connection',
  catalogue: ['py-asyncpg-libpq-params'],
  fixes: [
    /connect\(\) got an unexpected keyword argument '(sslmode|connect_timeout|application_name|options|keepalives\w*)'/,
  ],
  literals: ['connect_args'],
  detect(document, backend) {
    return engineAddresses(backend).flatMap((address) => {
      const { engine } = address;
      const isHere = engine.document.path === document.path && engine.async;
      const given = isHere ? keywordValue(engine.call, 'connect_args') : undefined;
      if (given?.type !== 'dictionary' || driverInUse(backend, address) !== 'asyncpg') return [];
      return [...renamed(document, given), ...ofServer(document, given), ...unknown(document, given)];
    });
  },
} satisfies Transform<'python'>;

/** `{"sslmode": "require"}`: one word for another. */
function renamed(document: PythonDocument, dictionary: Node): Draft[] {
  return Object.entries(RENAMED).flatMap(([name, right]): Draft[] => {
    const pair = pairNamed(dictionary, name);
    const key = pair?.childForFieldName('key');
    if (!pair || !key || pairNamed(dictionary, right)) return [];
    const message = `${name} is an option of psycopg2; asyncpg calls it ${right}.`;
    const edits = [{ ...document.place(key), text: JSON.stringify(right) }];
    return [{ subject: name, at: document.place(pair), message, edits }];
  });
}

/** `application_name` and `options="-c name=value"` are settings of the server, which have a dictionary of their own. */
function ofServer(document: PythonDocument, dictionary: Node): Draft[] {
  const found = ['application_name', 'options'].flatMap((name) => {
    const pair = pairNamed(dictionary, name);
    return pair ? [{ name, pair }] : [];
  });
  const [first] = found;
  if (!first) return [];
  const names = found.map(({ name }) => name).join(' and ');
  const base = {
    subject: names,
    at: document.place(first.pair),
    message: `asyncpg takes ${names} in server_settings.`,
  };
  const settings = found.map(({ name, pair }) => settingsOf(name, pair));
  const edits = moved(
    document,
    dictionary,
    found.map(({ pair }) => pair),
    settings,
  );
  const next = 'Put each setting into connect_args={"server_settings": {"name": "value"}}.';
  return [edits ? { ...base, edits } : { ...base, safety: 'report', next }];
}

/** The pairs that server_settings gets for an option; undefined where what is set cannot be read. */
function settingsOf(name: string, pair: Node): string[] | undefined {
  const value = pair.childForFieldName('value');
  if (!value) return undefined;
  if (name !== 'options') return [`"${name}": ${value.text}`];
  const words = plainString(value)?.replace(/-c\s*/g, '-c').trim().split(/\s+/);
  const read = words?.map((word) => /^-c([\w.]+)=([^\s\\"']+)$/.exec(word));
  if (!read?.every((match) => match !== null)) return undefined;
  return read.map((match) => `"${match?.[1]}": "${match?.[2]}"`);
}

function moved(
  document: PythonDocument,
  dictionary: Node,
  pairs: Node[],
  settings: (string[] | undefined)[],
): Edit[] | undefined {
  if (settings.includes(undefined)) return undefined;
  const text = settings.flatMap((each) => each ?? []).join(', ');
  const [first, ...rest] = pairs;
  const there = pairNamed(dictionary, 'server_settings')?.childForFieldName('value');
  if (there && there.type !== 'dictionary') return undefined;
  if (there)
    return [
      appendPair(document, there, text),
      ...pairs.map((pair) => removePair(document, dictionary, pair)),
    ];
  if (!first) return undefined;
  return [
    { ...document.place(first), text: `"server_settings": {${text}}` },
    ...rest.map((pair) => removePair(document, dictionary, pair)),
  ];
}

/** What libpq alone knows. It is told, not taken away: certificates and keepalives mean something. */
function unknown(document: PythonDocument, dictionary: Node): Draft[] {
  return pairsOf(dictionary).flatMap((pair): Draft[] => {
    const key = pair.childForFieldName('key');
    const name = key && plainString(key);
    if (!name || !UNKNOWN.test(name)) return [];
    const isTls = name.startsWith('ssl');
    const next = isTls
      ? 'Make an ssl.SSLContext with the certificates and hand it over as "ssl".'
      : `Remove ${name}: asyncpg refuses it.`;
    const message = `asyncpg has no option ${name}, which is one of libpq.`;
    return [
      {
        subject: name,
        at: document.place(pair),
        message,
        safety: 'report',
        next,
      },
    ];
  });
}
