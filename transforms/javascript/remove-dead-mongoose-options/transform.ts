import type { JSCodeshift } from 'jscodeshift';
import {
  detectWith,
  editsIn,
  type Find,
  type Found,
  rewriteWith,
  sameNode,
} from '../../../src/backend/javascript/repair.ts';
import { type ConnectionCall, connectionCalls, type DeadKey } from '../../../src/backend/mongo-calls.ts';
import { keyOf, type Node, propertiesOf, unwrap } from '../../../src/languages/javascript/nodes.ts';
import { remove, type Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) =>
  connectionCalls(script, version).flatMap((call) => [...repairs(script, call), ...reports(script, call)]);

export const transform = {
  title: 'Remove the connection options that Mongoose no longer has',
  why: 'MongoDB driver 4 and later refuse or ignore them; one that is refused keeps the server from connecting.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_6.html#no-more-deprecation-warning-options',
  catalogue: ['js-mongo-dead-options'],
  fixes: [/MongoParseError: options? [\w, ]+ (is|are) not supported/],
  packages: ['mongoose', 'mongodb', 'connect-mongo'],
  literals: ['mongoose', 'mongodb', 'connect-mongo'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=8` and `--mongodb=6` give the installed versions; else the newest are meant. */
export default rewriteWith(find);

function repairs(script: Script, call: ConnectionCall): Found[] {
  const keys = call.dead.filter(({ person }) => !person);
  const [first] = keys;
  if (!first) return [];
  const found = { subject: call.callee, message: messageFor(script, call, keys) };
  if (call.home !== script)
    return [
      { ...found, at: call.given, edits: editsIn(call.home, (home, j) => repair(home, j, call, keys)) },
    ];
  return [{ ...found, at: first.property, repair: (j) => repair(script, j, call, keys) }];
}

/** Takes the options out in the file that has them: the tree that transforms share, or recast's copy of it. */
function repair(home: Script, j: JSCodeshift, call: ConnectionCall, keys: DeadKey[]): void {
  const object = sameNode(home, call.object);
  const names = propertiesOf(object).map(keyOf);
  for (const { option, property: shared } of keys) {
    const property = sameNode(home, shared);
    if (!option.renamed || names.includes(option.renamed)) remove(home, property);
    else Object.assign(property, { key: j.identifier(option.renamed), shorthand: false });
  }
  if (object.properties.length === 0 && call.home === home) removeOptions(home, call);
}

/** Takes the whole object out that has no option any more, where the call has it to itself. */
function removeOptions(script: Script, { node, given, object, constant }: ConnectionCall): void {
  if (!constant && unwrap(given) !== object) return;
  const holder = script.parentOf(given);
  // What a factory returns stays an object.
  if (holder !== node && holder?.type !== 'ObjectProperty') return;
  remove(script, holder === node ? given : holder);
  if (!constant) return;
  const list = script.parentOf(constant.declaration) as { declarations?: Node[] } & Node;
  if (list.declarations?.length === 1) remove(script, list);
  else remove(script, constant.declaration);
}

function reports(script: Script, call: ConnectionCall): Found[] {
  return call.dead.flatMap((key) =>
    key.person
      ? [
          {
            subject: `${call.callee} ${key.name}`,
            at: call.home === script ? key.property : call.given,
            message: messageFor(script, call, [key]),
            safety: 'report' as const,
            next: key.person,
          },
        ]
      : [],
  );
}

function messageFor(script: Script, { callee, version, home }: ConnectionCall, keys: DeadKey[]): string {
  const names = (of: DeadKey[]) => of.map(({ name }) => `\`${name}\``).join(', ');
  const [fatal, ignored] = [keys.filter((key) => key.fatal), keys.filter((key) => !key.fatal)];
  const says = [
    fatal.length > 0 ? `refuses ${names(fatal)}` : '',
    ignored.length > 0 ? `ignores ${names(ignored)}` : '',
  ].filter(Boolean);
  const place = home === script ? '' : `, whose options stand in ${home.path}`;
  return `${version.text} ${says.join(' and ')} in ${callee}()${place}.`;
}
