import type { Finding, Left } from '../types.ts';
import { matchesId } from './id-patterns.ts';

export interface Choice {
  /** Which unsafe findings may be taken: all, none, or those with these keys. */
  unsafe: boolean | ReadonlySet<string>;
  /** Ids, beginnings of ids or globs. Empty means every transform. */
  only: readonly string[];
  skip: readonly string[];
  /** Keys of findings that a person refused. */
  refused: ReadonlySet<string>;
}

export interface Selected {
  taken: Finding[];
  left: Left[];
}

/**
 * Parts what is applied from what is left, with the reason. A finding falls with what it needs: where everything
 * that would bring its need is left, it is left too. A need that no finding brings is there already.
 */
export function select(
  findings: readonly Finding[],
  choice: Choice,
  excluded: ReadonlyMap<string, Left['reason']>,
): Selected {
  const left = new Map<string, Left>();
  for (const finding of findings) {
    const reason = reasonToLeave(finding, choice, excluded);
    if (reason) left.set(finding.key, { finding, reason });
  }
  for (let fallen = true; fallen; ) {
    fallen = false;
    for (const finding of findings) {
      const because = left.has(finding.key) ? undefined : missing(finding, findings, left);
      if (because === undefined) continue;
      left.set(finding.key, { finding, reason: 'falls', because });
      fallen = true;
    }
  }
  return {
    taken: findings.filter(({ key }) => !left.has(key)),
    left: findings.flatMap(({ key }) => left.get(key) ?? []),
  };
}

/** Is a transform meant by `--only` and not by `--skip`? */
export function isChosen(id: string, choice: Pick<Choice, 'only' | 'skip'>): boolean {
  const only = choice.only.length === 0 || choice.only.some((pattern) => matchesId(pattern, id));
  return only && !choice.skip.some((pattern) => matchesId(pattern, id));
}

/** Is a transform looked for at all? One that repairs nothing broken is, where `--only` names it by its id or the last part of it. */
export function isAsked(
  { id, transform }: { id: string; transform: { optIn?: true } },
  choice: Pick<Choice, 'only'>,
): boolean {
  return !transform.optIn || choice.only.some((pattern) => pattern === id || id.endsWith(`/${pattern}`));
}

function reasonToLeave(
  finding: Finding,
  choice: Choice,
  excluded: ReadonlyMap<string, Left['reason']>,
): Left['reason'] | undefined {
  if (!isChosen(finding.transform, choice)) return 'skipped';
  if (finding.safety === 'report') return 'report';
  if (choice.refused.has(finding.key)) return 'refused';
  if (excluded.has(finding.key)) return excluded.get(finding.key);
  if (typeof finding.safety !== 'object') return undefined;
  const allowed = typeof choice.unsafe === 'boolean' ? choice.unsafe : choice.unsafe.has(finding.key);
  return allowed ? undefined : 'unsafe';
}

/** The key of a finding that is left and that alone would bring what this one needs. */
function missing(
  finding: Finding,
  findings: readonly Finding[],
  left: ReadonlyMap<string, Left>,
): string | undefined {
  for (const need of finding.needs) {
    const providers = findings.filter(({ key, provides }) => key !== finding.key && provides.includes(need));
    const first = providers[0];
    if (first && providers.every(({ key }) => left.has(key))) return first.key;
  }
  return undefined;
}
