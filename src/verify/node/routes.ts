import { join } from 'node:path';
import { argumentsOf, methodCall, stringValue } from '../../languages/javascript/nodes.ts';
import type { BackendFacts } from '../../types.ts';
import { nodesIn, textOf } from './source.ts';

/**
 * Paths that may be reading routes: `users.get('/users', …)` in Express, Fastify, Koa and Hono, as they are and below each prefix of an
 * `app.use('/api', …)`. They are only asked for, and what answers 404 is none; so whose `get` it is need not be known. A route with a
 * parameter is left out.
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

function calls(file: string, absolutePath: string): { method: 'get' | 'use'; path: string }[] {
  const text = textOf(absolutePath);
  if (!MAY_ROUTE.test(text)) return [];
  const found: { method: 'get' | 'use'; path: string }[] = [];
  for (const node of nodesIn(file, text)) {
    const call = methodCall(node);
    const [first, second] = argumentsOf(node);
    const path = stringValue(first);
    if (call && second && path?.startsWith('/') && !/[:*({]/.test(path)) {
      if (call.method === 'get' || call.method === 'use') found.push({ method: call.method, path });
    }
  }
  return found;
}
