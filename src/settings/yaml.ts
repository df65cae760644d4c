import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type Scalar } from 'yaml';
import type { SourceFile } from '../files/source-file.ts';
import type { Problem } from '../types.ts';
import { problemAt, type Range, type WrittenValue } from './range.ts';

/** A variable that a compose service sets. */
export interface ComposeVariable extends WrittenValue {
  name: string;
}

export interface ComposeService {
  name: string;
  environment: ComposeVariable[];
  /** Paths as written. */
  envFiles: string[];
  command?: string;
  /** Without its registry: `postgres:16`. */
  image?: string;
}

/**
 * Reads the services of a compose file: `environment` as a map or a list, aliases and merges followed. Ranges are those of the
 * value itself, inside its quotes. A file that YAML refuses gives no services and a problem; nothing is thrown.
 */
export function readCompose(file: Pick<SourceFile, 'path' | 'text'>): {
  services: ComposeService[];
  problems: Problem[];
} {
  const document = parseDocument(file.text, { keepSourceTokens: true, merge: true });
  const [error] = document.errors;
  if (error)
    return {
      services: [],
      problems: [problemAt(file, error.pos[0], error.message.split('\n')[0] ?? 'not YAML')],
    };
  const resolve = (node: unknown): unknown => {
    const alias = node as { resolve?: (of: typeof document) => unknown } | null;
    return typeof alias?.resolve === 'function' ? alias.resolve(document) : node;
  };
  const services = pairs(resolve(document.get('services', true)), resolve);
  return { services: services.map(([name, node]) => service(file, name, node, resolve)), problems: [] };
}

type Resolve = (node: unknown) => unknown;

function service(
  file: Pick<SourceFile, 'text'>,
  name: string,
  node: unknown,
  resolve: Resolve,
): ComposeService {
  const entries = new Map(pairs(resolve(node), resolve));
  const command = plain(entries.get('command'));
  const image = plain(entries.get('image'));
  return {
    name,
    environment: environment(file, resolve(entries.get('environment')), resolve),
    envFiles: listOf(entries.get('env_file')),
    ...(command && { command }),
    ...(image && { image }),
  };
}

/** `NAME: value` pairs, or `- NAME=value` items. */
function environment(file: Pick<SourceFile, 'text'>, node: unknown, resolve: Resolve): ComposeVariable[] {
  if (isSeq(node)) return node.items.flatMap((item) => listed(file, resolve(item)));
  return pairs(node, resolve).flatMap(([name, value]) => {
    const at = isScalar(value) ? valueRange(file, value) : undefined;
    return isScalar(value) && at ? [written(file, name, String(value.value ?? ''), at)] : [];
  });
}

function listed(file: Pick<SourceFile, 'text'>, item: unknown): ComposeVariable[] {
  const at = isScalar(item) ? valueRange(file, item) : undefined;
  if (!isScalar(item) || typeof item.value !== 'string' || !at) return [];
  const sign = item.value.indexOf('=');
  const verbatim = file.text.slice(at.start, at.end) === item.value;
  if (sign < 1 || !verbatim) return [];
  return [
    written(file, item.value.slice(0, sign), item.value.slice(sign + 1), {
      start: at.start + sign + 1,
      end: at.end,
    }),
  ];
}

function written(file: Pick<SourceFile, 'text'>, name: string, value: string, at: Range): ComposeVariable {
  return { name, value, valueRange: at, verbatim: file.text.slice(at.start, at.end) === value };
}

/** A scalar's text without its quotes; block scalars have none that could be edited in place. */
function valueRange(file: Pick<SourceFile, 'text'>, node: Scalar): Range | undefined {
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined || node.type?.startsWith('BLOCK')) return undefined;
  const quoted = /^["']/.test(file.text.slice(start, start + 1)) && node.type !== 'PLAIN';
  return quoted ? { start: start + 1, end: end - 1 } : { start, end };
}

/** Key and value nodes of a map, those of `<<: *anchor` behind its own. */
function pairs(node: unknown, resolve: Resolve): [string, Node | null][] {
  if (!isMap(node)) return [];
  const own: [string, Node | null][] = [];
  const merged: [string, Node | null][] = [];
  for (const pair of node.items as Pair<Scalar, Node | null>[]) {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
    if (key === '<<') merged.push(...pairs(resolve(pair.value), resolve));
    else own.push([key, resolve(pair.value) as Node | null]);
  }
  const names = new Set(own.map(([name]) => name));
  return [...own, ...merged.filter(([name]) => !names.has(name))];
}

function plain(node: unknown): string | undefined {
  if (isScalar(node)) return String(node.value);
  return isSeq(node)
    ? node.items.map((item) => (isScalar(item) ? String(item.value) : '')).join(' ')
    : undefined;
}

function listOf(node: unknown): string[] {
  if (isScalar(node)) return [String(node.value)];
  return isSeq(node) ? node.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : [];
}
