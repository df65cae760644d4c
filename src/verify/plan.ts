import type { BackendFacts } from '../types.ts';
import { type DatabasePlan, noServer, planDatabase } from './database-plan.ts';
import type { ServerKind } from './given/server-address.ts';
import type { PostgresBinaries } from './postgres.ts';
import { hasMysqlDriver, hasPostgresDriver, wantsDatabase } from './settings.ts';

/** The database for a backend, by its addresses, its required settings and the packages that are installed for it. */
export function planFor(
  facts: BackendFacts,
  packages: Record<string, string>,
  postgres: PostgresBinaries | { reason: string },
  given: ServerKind | undefined,
): DatabasePlan {
  const unclear = facts.addresses.length === 0 || wantsDatabase(facts);
  const mysqlOnly = hasMysqlDriver(packages) && !hasPostgresDriver(packages);
  const needs = given === 'mysql' && mysqlOnly ? true : hasPostgresDriver(packages);
  const plan = planDatabase(facts, unclear && needs, given);
  if (plan.kind === 'postgresql' && !plan.given && 'reason' in postgres)
    return { ...plan, kind: 'unavailable', reason: postgres.reason };
  if (plan.kind !== 'none' || !wantsDatabase(facts)) return plan;
  return mysqlOnly
    ? { ...plan, kind: 'unavailable', reason: noServer('mysql', given) }
    : { ...plan, kind: 'sqlite' };
}
