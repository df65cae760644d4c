import { join } from 'node:path';
import { parse } from 'smol-toml';
import type { Requirements } from './requirements.ts';

type Table = Record<string, unknown>;

/**
 * What a pyproject.toml installs: PEP 621 dependencies, the PEP 735 group `dev` (which uv installs by default) and
 * Poetry's tables without optional groups. `absoluteFolder` is where the file lies. Throws on invalid TOML.
 */
export function projectRequirements(text: string, absoluteFolder: string): Requirements {
  const data = parse(text.replace(/^\uFEFF/, '')) as Table;
  const found: Requirements = { lines: [], constraints: [], local: [] };
  const sources = table(table(table(data.tool).uv).sources);
  for (const line of strings(table(data.project).dependencies)) addLine(line, sources, absoluteFolder, found);
  for (const line of groupLines(table(data['dependency-groups']), 'dev', new Set())) {
    addLine(line, sources, absoluteFolder, found);
  }
  const poetry = table(table(data.tool).poetry);
  const groups = Object.values(table(poetry.group)).map(table);
  const kept = groups.filter((group) => group.optional !== true).map((group) => group.dependencies);
  for (const dependencies of [poetry.dependencies, poetry['dev-dependencies'], ...kept]) {
    addTable(table(dependencies), absoluteFolder, found);
  }
  return { ...found, lines: [...indexLines(poetry.source), ...found.lines] };
}

/** What a Pipfile installs, its dev-packages included. Throws on invalid TOML. */
export function pipfileRequirements(text: string, absoluteFolder: string): Requirements {
  const data = parse(text.replace(/^\uFEFF/, '')) as Table;
  const found: Requirements = { lines: [], constraints: [], local: [] };
  addTable(table(data.packages), absoluteFolder, found);
  addTable(table(data['dev-packages']), absoluteFolder, found);
  return { ...found, lines: [...indexLines(data.source), ...found.lines] };
}

/** The specifier for the interpreter: `requires-python`, or Poetry's `python`. */
export function allowedPython(text: string): string | undefined {
  const data = parse(text.replace(/^\uFEFF/, '')) as Table;
  const declared = table(data.project)['requires-python'];
  const poetry = table(table(table(data.tool).poetry).dependencies).python;
  if (typeof declared === 'string') return declared;
  return typeof poetry === 'string' ? specifier(poetry) || undefined : undefined;
}

function table(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function groupLines(groups: Table, name: string, seen: Set<string>): string[] {
  const group = groups[name];
  if (!Array.isArray(group) || seen.has(name)) return [];
  seen.add(name);
  return group.flatMap((one) => {
    const included = table(one)['include-group'];
    if (typeof included === 'string') return groupLines(groups, included, seen);
    return typeof one === 'string' ? [one] : [];
  });
}

/** A PEP 508 line, or where `tool.uv.sources` says that its package comes from. */
function addLine(line: string, sources: Table, absoluteFolder: string, found: Requirements): void {
  const name = /^[\w.-]+/.exec(line)?.[0] ?? '';
  const source = table(sources[name] ?? sources[name.toLowerCase()]);
  if (typeof source.git === 'string' || typeof source.path === 'string')
    addSpec(name, source, absoluteFolder, found);
  else if (source.workspace !== true) found.lines.push(line);
}

function addTable(dependencies: Table, absoluteFolder: string, found: Requirements): void {
  for (const [name, spec] of Object.entries(dependencies)) {
    if (name.toLowerCase() === 'python') continue;
    for (const one of Array.isArray(spec) ? spec : [spec]) addSpec(name, one, absoluteFolder, found);
  }
}

/** One dependency of Poetry or Pipenv as a line: a version, or a table that says more. */
function addSpec(name: string, spec: unknown, absoluteFolder: string, found: Requirements): void {
  if (typeof spec === 'string') return void found.lines.push(name + specifier(spec));
  const more = table(spec);
  if (more.optional === true) return;
  if (typeof more.path === 'string') return void found.local.push(join(absoluteFolder, more.path));
  const extras = strings(more.extras).length ? `[${strings(more.extras).join(',')}]` : '';
  const marker = typeof more.markers === 'string' ? ` ; ${more.markers}` : '';
  found.lines.push(`${name}${extras}${whereFrom(more)}${marker}`);
}

function whereFrom(more: Table): string {
  const revision = [more.rev, more.tag, more.branch, more.ref].find((one) => typeof one === 'string');
  if (typeof more.git === 'string')
    return ` @ git+${more.git.replace(/^git\+/, '')}${revision ? `@${revision}` : ''}`;
  if (typeof more.url === 'string') return ` @ ${more.url}`;
  return specifier(typeof more.version === 'string' ? more.version : '*');
}

/** Poetry's `^1.2` and `~1.2`, a bare version or `*`, as PEP 440 says them. Alternatives (`||`) keep the last one. */
export function specifier(version: string): string {
  const pieces = (version.split('||').at(-1) ?? '').split(',');
  return pieces
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '' && piece !== '*')
    .map(piecewise)
    .join(',');
}

function piecewise(piece: string): string {
  const short = /^([\^~])\s*(\d+(?:\.\d+)*)(\S*)$/.exec(piece);
  if (!short || piece.startsWith('~=')) return /^\d/.test(piece) ? `==${piece}` : piece;
  const numbers = (short[2] ?? '').split('.').map(Number);
  return `>=${short[2]}${short[3]},<${upperBound(numbers, short[1] === '^')}`;
}

/** https://python-poetry.org/docs/dependency-specification/: a caret keeps the leftmost number that is not zero. */
function upperBound(numbers: number[], caret: boolean): string {
  const first = numbers.findIndex((number) => number !== 0);
  const at = caret ? (first < 0 ? numbers.length - 1 : first) : Math.min(1, numbers.length - 1);
  return [...numbers.slice(0, at), (numbers[at] ?? 0) + 1].join('.');
}

/** Further indexes. Those whose address needs a secret are left out: none is passed on. */
function indexLines(sources: unknown): string[] {
  return (Array.isArray(sources) ? sources : [])
    .map(table)
    .filter((source) => String(source.name).toLowerCase() !== 'pypi')
    .map((source) => source.url)
    .filter((url) => typeof url === 'string' && !url.includes('$'))
    .map((url) => `--extra-index-url ${url}`);
}
