import { parametersOf } from '../languages/python/calls.ts';
import type { PythonDocument } from '../languages/python/document.ts';
import type { Binding } from '../languages/python/scopes.ts';
import { enclosing, type Node } from '../languages/python/tree.ts';
import type { Backend } from './backend.ts';
import { isOfOthers } from './compose-services.ts';
import type { Engine } from './engines.ts';
import { configuredEngines } from './flask-config.ts';
import { callerArguments } from './kinds/callers.ts';
import { codePlace, placesOf, type UrlPlace } from './url-places.ts';
import { altered, type UrlSources, urlSources } from './url-sources.ts';
import { type UrlUse, usesOfVariable } from './url-uses.ts';
import type { Value } from './values.ts';

/** An engine, with everything that is known of the address it is given. */
export interface EngineAddress {
  engine: Engine;
  sources: UrlSources;
  /** Where the address is written: in the code, and in the files that set its variables. */
  places: UrlPlace[];
  /** What the engine is given in the end, one for each place; undefined where code on the way cannot be followed. */
  effective: (string | undefined)[];
  /** Every use of the variables behind it, other engines included. */
  uses: UrlUse[];
}

const known = new WeakMap<Backend, EngineAddress[]>();
const configured = new WeakMap<Backend, EngineAddress[]>();

/** The addresses of all engines that are given one directly. */
export function engineAddresses(backend: Backend): readonly EngineAddress[] {
  const found = known.get(backend) ?? findAddresses(backend);
  known.set(backend, found);
  return found;
}

/** The same, and those of Flask-SQLAlchemy, which makes its engines itself: their `call` is what fills the configuration. */
export function allAddresses(backend: Backend): readonly EngineAddress[] {
  const found = configured.get(backend) ?? findAddresses(backend, configuredEngines(backend));
  configured.set(backend, found);
  return [...engineAddresses(backend), ...found];
}

function findAddresses(backend: Backend, engines = backend.engines): EngineAddress[] {
  return engines.flatMap((engine) => (engine.url ? [addressOf(backend, engine, engine.url)] : []));
}

function addressOf(backend: Backend, engine: Engine, url: NonNullable<Engine['url']>): EngineAddress {
  const sources = sourcesBehind(backend, engine.document, url);
  const places = placesBehind(backend, sources);
  const uses = sources.variables.flatMap(({ name }) => usesOfVariable(backend.documents, name));
  return {
    engine,
    sources,
    places,
    effective: places.map((place) => altered(place.text, sources.alterations)),
    uses,
  };
}

/** What an expression that gives an address is made of, from parameters to their callers as well. */
export function sourcesBehind(backend: Backend, document: PythonDocument, node: Node): UrlSources {
  return urlSources(document, node, (where, parameter) => passedFor(backend, where, parameter));
}

/** What the callers of a function pass; of one that nobody calls here, an application factory say, the default. */
function passedFor(
  backend: Backend,
  document: PythonDocument,
  { node, name }: Binding,
): (Value | undefined)[] {
  const definition = enclosing(node, 'function_definition');
  const passed = definition ? [...callerArguments(backend.kinds, document, definition, name)] : [];
  const fallback = definition && parametersOf(definition).find((each) => each.name === name)?.default;
  return passed.length === 0 && fallback ? [{ document, node: fallback }] : passed;
}

/** Code first, then the settings files. A default is written where its variable is read. */
export function placesBehind(backend: Backend, sources: UrlSources): UrlPlace[] {
  const variableOf = (node: { id: number }) =>
    sources.variables.find((variable) => variable.default?.node.id === node.id)?.name;
  const inCode = sources.literals.map((literal) => codePlace(literal, variableOf(literal.node)));
  const inFiles = [...new Set(sources.variables.map(({ name }) => name))].flatMap((name) =>
    placesOf(backend.workspace, backend.facts.settingsFiles, name).filter(
      (place) => !isOfOthers(backend.workspace, backend.facts.root, place),
    ),
  );
  return [...inCode, ...inFiles];
}
