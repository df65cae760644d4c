import type { API, FileInfo, JSCodeshift, Options } from 'jscodeshift';
import type { Backend } from '../../../src/backend/backend.ts';
import {
  type ConnectionCall,
  connectionCalls,
  type DeadKey,
  propertiesOf,
  type Ranges,
  startOf,
} from '../../../src/backend/mongo-calls.ts';
import type { JavaScriptDocument } from '../../../src/languages/javascript/document.ts';
import { nameOf } from '../../../src/languages/javascript/origin.ts';
import { runJscodeshift } from '../../../src/languages/javascript/run-jscodeshift.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export const transform = {
  title: 'Remove the connection options that Mongoose no longer has',
  why: 'MongoDB driver 4 and later refuse or ignore them; one that is refused keeps the server from connecting.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_6.html#no-more-deprecation-warning-options',
  fixes: [/MongoParseError: options? [\w, ]+ (is|are) not supported/],
  literals: ['mongoose', 'mongodb'],
  detect: (document, backend) => {
    const ranges = rangesOf(backend);
    return callsIn(document, ranges).flatMap((call, index) => [
      ...repair(call, document, { ...ranges, call: index }),
      ...reports(call, document),
    ]);
  },
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/**
 * A standard jscodeshift transform. `--mongoose=8` and `--mongodb=6` give the installed versions; without them the
 * newest are meant. `call` restricts it to one connecting call of the file, counted from 0.
 */
export default function removeDeadMongooseOptions(
  file: FileInfo,
  { j }: API,
  options: Options,
): string | undefined {
  const root = j(file.source);
  const calls = connectionCalls(j, root, rangesFrom(options)).filter(
    (call, index) => repairable(call).length > 0 && (options.call ?? index) === index,
  );
  for (const call of calls) rewrite(j, call);
  return calls.length > 0 ? root.toSource() : undefined;
}

function rewrite(j: JSCodeshift, call: ConnectionCall): void {
  for (const key of repairable(call)) renameOrRemove(j, call, key);
  if (call.object.node.properties.length > 0) return;
  const declarator = call.constant?.parent;
  call.path.get('arguments', 1).prune();
  if (declarator) declarator.prune();
}

function renameOrRemove(j: JSCodeshift, call: ConnectionCall, { path, option }: DeadKey): void {
  const names = propertiesOf(call.object).map(({ node }) => nameOf(node.key, node.computed));
  if (!option.renamed || names.includes(option.renamed)) {
    dropCommentBehind(path);
    path.prune();
    return;
  }
  path.node.key = j.identifier(option.renamed);
  path.node.shorthand = false;
}

/** recast takes a comment at the end of a removed line for one about the next line. */
function dropCommentBehind({ node, parent }: DeadKey['path']): void {
  const siblings: { comments?: { loc?: typeof node.loc }[] | null }[] = parent.node.properties;
  const next = siblings[siblings.indexOf(node) + 1];
  if (!next?.comments) return;
  next.comments = next.comments.filter(({ loc }) => loc?.start.line !== node.loc?.end.line);
}

function repairable(call: ConnectionCall): DeadKey[] {
  return call.dead.filter(({ person }) => !person);
}

/** The calls with a name each that stays the same when another one is repaired. */
function callsIn(document: JavaScriptDocument, ranges: Ranges): (ConnectionCall & { subject: string })[] {
  let calls: ConnectionCall[] = [];
  runJscodeshift((file, { j }) => {
    calls = connectionCalls(j, j(file.source), ranges);
    return undefined;
  }, document);
  return calls.map((call, i) => {
    const nth = calls.slice(0, i).filter(({ callee }) => callee === call.callee).length;
    return { ...call, subject: nth > 0 ? `${call.callee} (${nth + 1})` : call.callee };
  });
}

function repair(
  call: ConnectionCall & { subject: string },
  document: JavaScriptDocument,
  options: Options,
): Draft[] {
  const keys = repairable(call);
  if (keys.length === 0) return [];
  const edits = runJscodeshift(removeDeadMongooseOptions, document, options);
  return [{ subject: call.subject, at: placeOf(document, keys), message: messageFor(call, keys), edits }];
}

function reports(call: ConnectionCall & { subject: string }, document: JavaScriptDocument): Draft[] {
  return call.dead.flatMap((key) => {
    if (!key.person) return [];
    const subject = `${call.subject} ${key.name}`;
    return [
      {
        subject,
        at: placeOf(document, [key]),
        message: messageFor(call, [key]),
        safety: 'report',
        next: key.person,
      },
    ];
  });
}

function placeOf(document: JavaScriptDocument, keys: DeadKey[]) {
  const ranges = keys.map(({ path }) => ({
    start: startOf(path),
    end: (path.node as { end?: number }).end ?? 0,
  }));
  return document.place(
    Math.min(...ranges.map(({ start }) => start)),
    Math.max(...ranges.map(({ end }) => end)),
  );
}

function messageFor({ callee, library, major }: ConnectionCall, keys: DeadKey[]): string {
  const names = (of: DeadKey[]) => of.map(({ name }) => `\`${name}\``).join(', ');
  const [fatal, ignored] = [keys.filter((key) => key.fatal), keys.filter((key) => !key.fatal)];
  const says = [
    fatal.length > 0 ? `refuses ${names(fatal)}` : '',
    ignored.length > 0 ? `ignores ${names(ignored)}` : '',
  ].filter(Boolean);
  return `${library} ${major} ${says.join(' and ')} in ${callee}().`;
}

function rangesOf(backend: Backend): Ranges {
  return rangesFrom(backend.facts.requires);
}

function rangesFrom({ mongoose, mongodb }: Record<string, unknown>): Ranges {
  return {
    ...(mongoose !== undefined && { mongoose: String(mongoose) }),
    ...(mongodb !== undefined && { mongodb: String(mongodb) }),
  };
}
