import type { API, FileInfo, JSCodeshift, Options } from 'jscodeshift';
import type { JavaScriptDocument } from '../../languages/javascript/document.ts';
import { modulesOf } from '../../languages/javascript/modules.ts';
import { endOf, type Node, startOf } from '../../languages/javascript/nodes.ts';
import { type JscodeshiftTransform, runJscodeshift } from '../../languages/javascript/run-jscodeshift.ts';
import { Script } from '../../languages/javascript/script.ts';
import type { Draft } from '../../transform.ts';
import type { Edit, Safety } from '../../types.ts';
import type { Backend } from '../backend.ts';
import { type Versions, versionsFrom, versionsOf } from './versions.ts';

/** What a transform looks at: one file, and the versions of the packages that it runs with. */
export interface Look {
  script: Script;
  version: Versions;
  /** The whole backend; undefined where jscodeshift runs the transform by itself. */
  backend?: Backend;
}

/** Something wrong at one place of a file. */
export interface Found extends Omit<Draft, 'at'> {
  at: Node;
  /** Changes the tree that `at` is part of. Without it, and without `edits` elsewhere, a person repairs it. */
  repair?(j: JSCodeshift): void;
}

/** Finds what is wrong, in the order of the text, and always the same in the same text. Never throws on a user's code. */
export type Find = (look: Look) => Found[];

/** `detect` of a transform: reads the tree that all transforms share, and asks jscodeshift for the edits of each repair. */
export function detectWith(find: Find): (document: JavaScriptDocument, backend: Backend) => Draft[] {
  return (document, backend) => {
    const modules = modulesOf(backend);
    const script = modules.script(document.path);
    if (!script) return [];
    const version = versionsOf(backend);
    const found = find({ script, version, backend });
    return numbered(found).map(({ at, repair, edits = [], ...draft }, only) => {
      const own = repair
        ? runJscodeshift(rewriteWith(find), document, { only, modules, version, backend })
        : [];
      const all = [...own, ...edits];
      // Half of a repair is none: where the tree could not be changed, the edits elsewhere are left out too.
      const complete = repair === undefined || own.length > 0;
      return {
        ...draft,
        at: document.place(startOf(at), endOf(at)),
        ...(all.length > 0 && complete && { edits: all }),
      };
    });
  };
}

/**
 * The same as a standard jscodeshift transform. Installed versions are given as options (`--mongoose=8`), and what is unsafe
 * wants `--unsafe`. What a person has to repair goes to jscodeshift's report.
 */
export function rewriteWith(find: Find, usual: Safety = 'safe'): JscodeshiftTransform {
  return (file: FileInfo, { j, report }: API, options: Options): string | undefined => {
    const root = j(file.source);
    const [tree] = root.nodes() as unknown as { program: Node }[];
    if (!tree) return undefined;
    const { only, modules, version = versionsFrom(options), backend } = options;
    const found = find({
      script: new Script(file.path, file.source, tree.program, modules),
      version,
      backend,
    });
    const chosen = found.filter((one, i) => (only === undefined ? taken(one, usual, options) : only === i));
    if (only === undefined)
      for (const { message, next } of found.filter((one) => !one.repair))
        report(next ? `${message} ${next}` : message);
    for (const { repair } of chosen) repair?.(j);
    return chosen.some(({ repair }) => repair) ? root.toSource(styleOf(file.source)) : undefined;
  };
}

/** The edits of a change in another file of the backend. It is made in a copy of that file's tree, where sameNode finds the nodes. */
export function editsIn(home: Script, change: (copy: Script, j: JSCodeshift) => void): Edit[] {
  const document = home.modules?.document(home.path);
  if (!document) return [];
  return runJscodeshift((file, { j }) => {
    const root = j(file.source);
    const [tree] = root.nodes() as unknown as { program: Node }[];
    if (!tree) return undefined;
    change(new Script(file.path, file.source, tree.program, home.modules), j);
    return root.toSource(styleOf(file.source));
  }, document);
}

/** The node of a tree that stands where that of another tree of the same text does. */
export function sameNode<T extends Node>(script: Script, node: T): T {
  const found = script
    .all(node.type)
    .find((one) => startOf(one) === startOf(node) && endOf(one) === endOf(node));
  return (found ?? node) as T;
}

function taken({ repair, safety }: Found, usual: Safety, options: Options): boolean {
  const how = safety ?? usual;
  return repair !== undefined && (how === 'safe' || (typeof how === 'object' && Boolean(options.unsafe)));
}

/** Findings with one subject get numbers, so that each has a key of its own. */
function numbered(found: Found[]): Found[] {
  return found.map((one, i) => {
    const nth = found.slice(0, i).filter(({ subject }) => subject === one.subject).length;
    return nth > 0 ? { ...one, subject: `${one.subject} (${nth + 1})` } : one;
  });
}

/** Quotes, and parentheses around a single parameter, as a text has them most. */
function styleOf(text: string): { quote: 'single' | 'double'; arrowParensAlways: boolean } {
  const bare = text.match(/[\w$]\s*=>/g)?.length ?? 0;
  const parentheses = text.match(/\)\s*=>/g)?.length ?? 0;
  return {
    quote: text.split("'").length >= text.split('"').length ? 'single' : 'double',
    arrowParensAlways: parentheses >= bare,
  };
}
