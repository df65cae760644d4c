import type { Backend } from '../backend/backend.ts';
import { notebooksOf, whySkipped } from '../backend/skipped.ts';
import { concerns, concernsFile, reachable } from '../detect/concerns.ts';
import { type Literals, literalsOf } from '../detect/mentions.ts';
import { matters, mayMatter } from '../detect/releases.ts';
import { toFinding } from '../detect/to-finding.ts';
import type { SourceFile } from '../files/source-file.ts';
import { tooDeep } from '../languages/too-deep.ts';
import type { LoadedTransform } from '../load-transforms.ts';
import { contradictions } from '../settings/contradictions.ts';
import { readCompose } from '../settings/yaml.ts';
import type { Draft } from '../transform.ts';
import { type Finding, FixBackendError, type Problem, type Skipped } from '../types.ts';

export interface Detected {
  /** What can be repaired, or is left to a person (`report`); sorted by file, position and transform. */
  findings: Finding[];
  notes: Finding[];
  /** Transforms that failed, by name. The others went on. */
  problems: Problem[];
  /** Files that hold what a transform looks for, and are nobody's own source: nothing was looked for in them. */
  skipped: Skipped[];
}

/**
 * Asks every transform about every backend. Reads only what the backends' workspaces hold.
 * Two findings with one key are the same finding: the first stays, with what the other needs and provides.
 */
export function detect(backends: readonly Backend[], transforms: readonly LoadedTransform[]): Detected {
  const found = new Map<string, Finding>();
  const problems = backends.flatMap(unreadable);
  const literals = literalsOf(transforms);
  const skipped = new Map<string, string>();
  for (const backend of backends) {
    for (const { file, why } of notebooksOf(backend)) skipped.set(file, why);
    for (const { loaded, file, run } of allLooks(transforms, backend, literals, skipped)) {
      try {
        const { drafts, problem } = run();
        if (problem) problems.push(problem);
        for (const draft of drafts)
          if (matters(draft, loaded, backend)) remember(found, toFinding(draft, loaded, backend));
      } catch (error) {
        if (error instanceof FixBackendError) throw error;
        problems.push(failed(loaded.id, file, error));
      }
    }
  }
  problems.push(...backends.flatMap(unparsed));
  const sorted = [...found.values()].sort(byPlace);
  return {
    findings: sorted.filter((finding) => finding.safety !== 'note'),
    notes: sorted.filter((finding) => finding.safety === 'note'),
    problems: withoutRepeats(problems),
    skipped: [...skipped].sort(([a], [b]) => compare(a, b)).map(([file, why]) => ({ file, why })),
  };
}

/** By file, then position, then transform: the order in which findings are applied and shown. */
function byPlace(a: Finding, b: Finding): number {
  return (
    compare(a.place.file, b.place.file) || a.place.start - b.place.start || compare(a.transform, b.transform)
  );
}

/**
 * Python files that Python would refuse. One of them keeps the server from starting, whatever is in it.
 * Asked last: the trees that the transforms needed are there by then.
 */
function unparsed(backend: Backend): Problem[] {
  return backend.documents.flatMap((document) => document.problem ?? []);
}

interface Look {
  loaded: LoadedTransform;
  file: string;
  run(): { drafts: Draft[]; problem?: Problem | undefined };
}

/**
 * The calls that one backend needs. JavaScript is gone through file by file and not transform by transform: its trees are large,
 * and so those of a file are done with before the next one's.
 */
function* allLooks(
  transforms: readonly LoadedTransform[],
  backend: Backend,
  literals: Literals,
  skipped: Map<string, string>,
): Iterable<Look> {
  for (const loaded of transforms)
    if (loaded.language === 'settings' && mayMatter(loaded, backend, backend.facts.root))
      yield {
        loaded,
        file: backend.facts.root || '.',
        run: () => ({ drafts: loaded.transform.detect(backend) }),
      };
  const concerned = transforms.filter((loaded) => concerns(loaded, backend));
  for (const loaded of concerned)
    if (loaded.language === 'python')
      for (const path of backend.facts.files) yield* looksAt(loaded, backend, path, literals, skipped);
  const ofScripts = concerned.filter((loaded) => loaded.language === 'javascript');
  if (ofScripts.length === 0) return;
  for (const path of reachable(ofScripts, backend, backend.facts.files)) {
    for (const loaded of ofScripts) yield* looksAt(loaded, backend, path, literals, skipped);
    backend.releaseScripts();
  }
}

function looksAt(
  loaded: Exclude<LoadedTransform, { language: 'settings' }>,
  backend: Backend,
  path: string,
  literals: Literals,
  skipped: Map<string, string>,
): Look[] {
  if (skipped.has(path) || !concernsFile(loaded, backend, path, literals)) return [];
  if (!mayMatter(loaded, backend, path)) return [];
  const why = whySkipped(backend, path);
  if (why) {
    skipped.set(path, why);
    return [];
  }
  return [{ loaded, file: path, run: () => detectInDocument(loaded, backend, path) }];
}

/** What is damaged in Python documents is said of all of them at the end; of a JavaScript one there is all or nothing. */
function detectInDocument(
  loaded: Exclude<LoadedTransform, { language: 'settings' }>,
  backend: Backend,
  file: string,
): ReturnType<Look['run']> {
  if (loaded.language === 'python') {
    const document = backend.pythonDocument(file);
    // No release that these transforms know of runs on Python 2; that the file is written for it is among the problems.
    if (!document || document.isPython2) return { drafts: [] };
    return { drafts: loaded.transform.detect(document, backend) };
  }
  const document = backend.javascriptDocument(file);
  if (!document || document.problem) return { drafts: [], problem: document?.problem };
  return { drafts: loaded.transform.detect(document, backend) };
}

/** Files of a backend that cannot be read or, as manifests, not be understood or not be met. */
function unreadable({ facts, workspace, manifests }: Backend): Problem[] {
  const paths = [...facts.manifests, ...facts.settingsFiles, ...facts.files];
  return [
    ...paths.flatMap((path) => workspace.problem(path) ?? []),
    ...manifests.flatMap(({ problems, requirements }) => [...problems, ...contradictions(requirements)]),
    ...facts.settingsFiles.flatMap((path) => malformed(workspace.read(path))),
  ];
}

/** A compose file that YAML refuses: what it sets is not seen. The other settings files have no grammar to break. */
function malformed(file: SourceFile | undefined): Problem[] {
  return file && /\.ya?ml$/.test(file.path) ? readCompose(file).problems : [];
}

function withoutRepeats(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function remember(found: Map<string, Finding>, finding: Finding | undefined): void {
  if (!finding) return;
  const earlier = found.get(finding.key);
  if (!earlier) {
    found.set(finding.key, finding);
    return;
  }
  const first = byPlace(earlier, finding) <= 0 ? earlier : finding;
  const provides = [...new Set([...earlier.provides, ...finding.provides])];
  const needs = [...new Set([...earlier.needs, ...finding.needs])];
  found.set(finding.key, { ...first, provides, needs });
}

/** Generated code nests deeper than the stack is; that is no failure of the transform. */
function failed(id: string, file: string, error: unknown): Problem {
  if (error instanceof RangeError && /call stack/.test(error.message)) return tooDeep(file);
  const reason = error instanceof Error ? error.message : String(error);
  return {
    file,
    message: `the transform ${id} failed: ${reason}`,
    next: `fix-backend --skip ${id}   leaves it out; please report the failure`,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
