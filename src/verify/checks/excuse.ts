import { lastError, unreached } from '../log.ts';
import { describeService } from '../services.ts';
import type { Seen } from './seen.ts';

/**
 * Why a failure is not the backend's to answer for: no such database or extension here, a certificate that it insists
 * on, rights that the scratch role does not have, or another service that is not here. Undefined where it is.
 */
export function excuse(seen: Seen, log: string): string | undefined {
  return (
    noDatabase(seen, log) ??
    noExtension(seen, log) ??
    noTrust(log) ??
    noRights(seen, log) ??
    noService(seen, log)
  );
}

/** Errors that a missing database leads to, whatever the driver. */
const CONNECTION =
  /connect|refused|not known|name resolution|OperationalError|InterfaceError|tim(ed|e) ?out|OSError|did not answer/i;

function noDatabase({ plan, observations }: Seen, log: string): string | undefined {
  if (!CONNECTION.test(lastError(log))) return undefined;
  if (plan.kind === 'unavailable') return plan.reason ?? 'there is no such database here';
  return observations?.database?.ok === false ? notStarted(observations.database.error) : undefined;
}

export function notStarted(error: string | undefined): string {
  return `the database did not start: ${error ?? 'no reason was given'}`;
}

function noExtension({ plan }: Seen, log: string): string | undefined {
  const name = /extension "([\w-]+)" is not available/.exec(log)?.[1];
  if (!name) return undefined;
  return plan.given
    ? `the server of --database-url has no extension ${name}`
    : `the PostgreSQL here has no extension ${name}; name a server that has it with --database-url`;
}

/** Clients that check a certificate do so against authorities that never saw ours. */
const UNTRUSTED =
  /CERTIFICATE_VERIFY_FAILED|certificate verify failed|self.signed certificate|root certificate file .* does not exist|certificate .*does not match host name/i;
const NO_TLS =
  /server does not support SSL|rejected SSL upgrade|SSL connection is required|Bad handshake.*SSL/i;

function noTrust(log: string): string | undefined {
  if (UNTRUSTED.test(log))
    return 'the backend checks the certificate of its server, as verify-full does, and nobody vouches for that of the one here; with ssl=require the rest can be checked';
  return NO_TLS.test(log)
    ? 'the backend insists on TLS, and there is no openssl here to make a certificate with'
    : undefined;
}

const FORBIDDEN =
  /permission denied|must be (superuser|owner)|InsufficientPrivilege|role "[^"]+" does not exist|Access denied[^\n]*fix_backend_|command denied to user|Access denied; you need/i;

/** A scratch role owns its databases and nothing else of the server. */
function noRights({ plan }: Seen, log: string): string | undefined {
  const error = lastError(log);
  if (!plan.given || !FORBIDDEN.test(error)) return undefined;
  return `the scratch role on the server of --database-url may not do this or lacks a role that the backend names: ${error}`;
}

function noService({ plan, services = [], redis }: Seen, log: string): string | undefined {
  const found = unreached(log, plan.ports);
  if (!found) return undefined;
  const service = describeService(found, log, services);
  const needed = `the backend needs a service that is not here: ${service}`;
  if (!/^Redis/.test(service)) return needed;
  if (!redis) return `${needed}; lend one with --redis-url`;
  return redis.problem ? `${needed}; the one of --redis-url is not lent: ${redis.problem}` : needed;
}
