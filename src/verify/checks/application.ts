import type { Outcome } from '../../types.ts';
import type { ImportResult } from '../observations.ts';
import {
  atRunTime,
  blameless,
  count,
  fail,
  pass,
  type Seen,
  said,
  some,
  unknown,
  unreached,
  whenLoaded,
  withEntry,
} from './seen.ts';

export function imports(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    if (!observations.imports) return unreached(observations);
    const { results, leftOut } = observations.imports;
    const failed = results.filter((one) => !one.ok && !one.exits);
    const asides = [
      ...leftOut,
      ...results
        .filter((one) => one.exits)
        .map((one) => ({ file: one.file ?? '', why: 'ends when imported' })),
    ];
    const rest = asides.length ? `; left out: ${some(asides.map((one) => `${one.file} (${one.why})`))}` : '';
    const blamed = failed.filter((one) => !blameless(seen, one.error ?? ''));
    if (blamed.length) return fail(some(blamed.map((one) => `${one.module}: ${said(one)}`)));
    if (failed[0]) return blameless(seen, failed[0].error ?? '') ?? unknown('a module needs a service');
    if (results.length === 0) return unknown(`no module could be imported by name${rest}`);
    return pass(`${count(results.length, 'module')} imported, each alone${rest}`);
  });
}

export function cycles(seen: Seen): Outcome {
  return atRunTime(seen, (observations) => {
    if (!observations.imports) return unreached(observations);
    const { results } = observations.imports;
    const inCycle = results.filter((one) => one.cycle);
    if (inCycle.length) return fail(some(inCycle.map((one) => `${one.module}: ${said(one)}`)));
    const failed = results.filter((one) => !one.ok && !one.exits);
    if (failed.length === results.length && failed.length) return unknown('no module can be imported');
    return pass(`none in ${count(results.length, 'module')}, each imported first in a process of its own`);
  });
}

/** The engine is made when the module is imported, with a driver that fits. */
export function configuration(seen: Seen): Outcome {
  return whenLoaded(seen, (probe) => {
    const engines = probe.engines ?? [];
    if (engines.length === 0 && probe.lifespan)
      return fail(`no engine could be made: ${said(probe.lifespan)}`);
    if (engines.length === 0) return unknown('no SQLAlchemy engine was found in the loaded application');
    return pass(
      some(
        engines.map((one) => {
          const kind = one.async ? 'async engine' : 'engine';
          return `${one.name || 'an unnamed'} ${kind}: ${one.dialect}+${one.driver}, ${one.pool}`;
        }),
      ),
    );
  });
}

export function target(seen: Seen): Outcome {
  return withEntry(seen, (observations) => {
    const { entry } = seen.facts;
    const name = `${entry?.module}:${entry?.attribute}`;
    if (!observations.probe) return unreached(observations);
    const found = observations.probe.seen.target;
    if (!found?.ok)
      return (
        blameless(seen, found?.error ?? observations.probe.log) ??
        fail(`${name} could not be loaded: ${found ? said(found) : 'the process ended'}`)
      );
    return found.callable
      ? pass(`${name} from ${entry?.cwd || '.'} is ${observations.probe.seen.app?.class}`)
      : fail(`${name} is no application`);
  });
}

export function application(seen: Seen): Outcome {
  return whenLoaded(seen, ({ app }) => {
    if (!app) return unknown('the application could not be described');
    if (!app.openapi.ok)
      return fail(`${seen.facts.entry?.file}: its OpenAPI document cannot be made: ${said(app.openapi)}`);
    const named = [
      app.title && `title "${app.title}"`,
      app.version && `version ${app.version}`,
      app.description && `description "${app.description.slice(0, 60)}"`,
    ];
    return pass(
      [
        app.class,
        ...named.filter(Boolean),
        `lifespan ${app.lifespan ?? 'none'}`,
        count(app.openapi.operations, 'operation'),
      ].join(', '),
    );
  });
}

export function cors(seen: Seen): Outcome {
  return whenLoaded(seen, ({ app }, observations) => {
    if (!app?.cors) return pass('no cross-origin middleware');
    const { origins, text, credentials } = app.cors;
    const listed = `allow_origins ${JSON.stringify(origins)}${credentials ? ', with credentials' : ''}`;
    const at = observations.source?.cors.length ? `${observations.source.cors.join(', ')}: ` : '';
    if (text) return fail(`${at}allow_origins is one text and not a list: ${JSON.stringify(origins[0])}`);
    const { cors: answer } = observations;
    if (!answer) return pass(listed);
    if (answer.allowed === answer.origin || answer.allowed === '*')
      return pass(`${listed}; a preflight from ${answer.origin} is let in`);
    return fail(`${at}${listed}; but a preflight from ${answer.origin} is refused (${answer.status})`);
  });
}

/** Every router that is written in the backend is served by the application. */
export function routers(seen: Seen): Outcome {
  return whenLoaded(seen, ({ routers: found, app }) => {
    if (!found || !app) return unknown('the application could not be described');
    const left = found.filter((one) => one.routes > 0 && one.served === 0);
    if (left.length)
      return fail(
        some(
          left.map(
            (one) => `${one.name} (${one.file}) has ${count(one.routes, 'route')} and is not registered`,
          ),
        ),
      );
    const http = app.routes.filter((one) => one.own);
    const tags = [...new Set(http.flatMap((one) => one.tags))];
    const listed = found.map((one) => `${one.name} (${count(one.served, 'route')})`);
    const paths = some([...new Set(http.map((one) => one.path))], 8);
    return pass(
      `${listed.length ? `registered: ${some(listed, 8)}; ` : ''}paths: ${paths}${tags.length ? `; tags: ${tags.join(', ')}` : ''}`,
    );
  });
}

/** `uvicorn.run` under `if __name__ == "__main__"` names something that can be imported. */
export function mainBlock(seen: Seen): Outcome {
  return withEntry(seen, (observations) => {
    const block = observations.source?.mainBlock;
    if (!observations.source) return unreached(observations);
    const at = `${seen.facts.entry?.file}:${block?.line}`;
    if (!block) return pass('there is no __main__ block');
    if (!block.calls) return pass(`${at} starts no server`);
    const options = Object.entries(block.options).map(([name, value]) => `${name}=${value}`);
    if (block.target === null) return ofObject(at, block.options, options);
    return ofTarget(at, block.target, options, observations.mainTarget ?? []);
  });
}

function ofObject(at: string, given: Record<string, string>, options: string[]): Outcome {
  const needsName = given.reload === 'True' || (given.workers !== undefined && given.workers !== '1');
  if (needsName)
    return fail(`${at}: uvicorn.run is given the application itself, which reload and workers do not take`);
  return pass(`${at}: uvicorn.run(the application${options.map((one) => `, ${one}`).join('')})`);
}

function ofTarget(at: string, name: string, options: string[], tried: readonly ImportResult[]): Outcome {
  const shown = `${at}: uvicorn.run(${[`"${name}"`, ...options].join(', ')})`;
  if (!name.includes(':')) return fail(`${shown}: the target must read module:attribute`);
  if (tried.some((one) => one.ok)) return pass(shown);
  const failed = tried.find((one) => !/No module named/.test(one.error ?? '')) ?? tried[0];
  return fail(`${shown}: ${failed ? said(failed) : 'the target could not be imported'}`);
}
