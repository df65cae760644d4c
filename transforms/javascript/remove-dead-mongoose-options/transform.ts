import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { type ConnectionCall, connectionCalls, type DeadKey } from '../../../src/backend/mongo-calls.ts';
import { keyOf, type Node, type Property, propertiesOf } from '../../../src/languages/javascript/nodes.ts';
import { remove, type Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) =>
  connectionCalls(script, version).flatMap((call) => [...repairs(script, call), ...reports(call)]);

export const transform = {
  title: 'Remove the connection options that Mongoose no longer has',
  why: 'MongoDB driver 4 and later refuse or ignore them; one that is refused keeps the server from connecting.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_6.html#no-more-deprecation-warning-options',
  catalogue: ['js-mongo-dead-options'],
  fixes: [/MongoParseError: options? [\w, ]+ (is|are) not supported/],
  packages: ['mongoose', 'mongodb'],
  literals: ['mongoose', 'mongodb'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=8` and `--mongodb=6` give the installed versions; else the newest are meant. */
export default rewriteWith(find);

function repairs(script: Script, call: ConnectionCall): Found[] {
  const keys = call.dead.filter(({ person }) => !person);
  const [first] = keys;
  if (!first) return [];
  return [
    {
      subject: call.callee,
      at: first.property,
      message: messageFor(call, keys),
      repair: (j) => {
        for (const key of keys) renameOrRemove(script, call, key, (name) => j.identifier(name));
        if (call.object.properties.length === 0) removeOptions(script, call);
      },
    },
  ];
}

function renameOrRemove(
  script: Script,
  { object }: ConnectionCall,
  { property, option }: DeadKey,
  identifier: (name: string) => Property['key'],
): void {
  const names = propertiesOf(object).map(keyOf);
  if (!option.renamed || names.includes(option.renamed)) remove(script, property);
  else {
    property.key = identifier(option.renamed);
    property.shorthand = false;
  }
}

function removeOptions(script: Script, { node, constant }: ConnectionCall): void {
  const given = (node as unknown as { arguments: Node[] }).arguments;
  given.splice(1, 1);
  if (!constant) return;
  const list = script.parentOf(constant.declaration) as { declarations?: Node[] } & Node;
  if (list.declarations?.length === 1) remove(script, list);
  else remove(script, constant.declaration);
}

function reports(call: ConnectionCall): Found[] {
  return call.dead.flatMap((key) =>
    key.person
      ? [
          {
            subject: `${call.callee} ${key.name}`,
            at: key.property,
            message: messageFor(call, [key]),
            safety: 'report' as const,
            next: key.person,
          },
        ]
      : [],
  );
}

function messageFor({ callee, version }: ConnectionCall, keys: DeadKey[]): string {
  const names = (of: DeadKey[]) => of.map(({ name }) => `\`${name}\``).join(', ');
  const [fatal, ignored] = [keys.filter((key) => key.fatal), keys.filter((key) => !key.fatal)];
  const says = [
    fatal.length > 0 ? `refuses ${names(fatal)}` : '',
    ignored.length > 0 ? `ignores ${names(ignored)}` : '',
  ].filter(Boolean);
  return `${version.text} ${says.join(' and ')} in ${callee}().`;
}
