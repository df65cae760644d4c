import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  argumentsOf,
  childrenOf,
  methodCall,
  type Node,
  stringValue,
} from '../../languages/javascript/nodes.ts';
import { parseJavaScript } from '../../languages/javascript/parse.ts';
import type { BackendFacts } from '../../types.ts';

/**
 * Paths of reading routes that are written out: `app.get('/users', …)` in Express, Fastify, Koa and Hono, below the prefix where
 * its file is mounted by `app.use('/api', …)` in no knowable way, so both forms are only asked for. A route with a parameter is left out.
 */
export function readingRoutes(facts: BackendFacts, absoluteTree: string): string[] {
  const found = new Set<string>();
  const prefixes = new Set<string>(['']);
  for (const file of facts.files) {
    for (const { method, path } of calls(file, join(absoluteTree, file))) {
      if (method === 'get') found.add(path);
      else prefixes.add(path.replace(/\/$/, ''));
    }
  }
  const below = [...prefixes].flatMap((prefix) =>
    [...found].map((path) => `${prefix}${path}`.replace(/(.)\/$/, '$1')),
  );
  return [...new Set(below)].slice(0, MOST);
}

const MOST = 60;
const MAY_ROUTE = /\.(get|use)\(|\.route\(/;
const ROUTER = /^(app|router|server|api|fastify|[a-z]\w*(Router|App|Routes|Api))$/i;

function calls(file: string, absolutePath: string): { method: 'get' | 'use'; path: string }[] {
  const text = readOr(absolutePath);
  if (!MAY_ROUTE.test(text)) return [];
  const parsed = parseJavaScript(file, text);
  const waiting: Node[] = 'tree' in parsed ? [parsed.tree.program as Node] : [];
  const found: { method: 'get' | 'use'; path: string }[] = [];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const call = methodCall(node);
    const [first, second] = argumentsOf(node);
    const path = stringValue(first);
    const router = call?.receiver.type === 'Identifier' && ROUTER.test(call.receiver.name);
    if (router && second && path?.startsWith('/') && !/[:*({]/.test(path)) {
      if (call.method === 'get' || call.method === 'use') found.push({ method: call.method, path });
    }
    waiting.push(...childrenOf(node));
  }
  return found;
}

function readOr(absolutePath: string): string {
  try {
    return readFileSync(absolutePath, 'utf8');
  } catch {
    return '';
  }
}
