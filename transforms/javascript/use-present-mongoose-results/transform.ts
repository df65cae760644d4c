import { isModel, isQuery } from '../../../src/backend/javascript/mongoose.ts';
import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import {
  argumentsOf,
  isCall,
  isFunction,
  isMember,
  keyOf,
  methodCall,
  type Node,
  propertyName,
  unwrap,
} from '../../../src/languages/javascript/nodes.ts';
import type { Script } from '../../../src/languages/javascript/script.ts';
import type { Transform } from '../../../src/transform.ts';

/** What MongoDB's driver 4 calls the numbers of a result. */
const UPDATED: Record<string, string> = { n: 'matchedCount', nModified: 'modifiedCount' };
const DELETED: Record<string, string> = { n: 'deletedCount' };
/** What is there in another shape. */
const OTHERWISE: Record<string, string> = {
  ok: 'Read acknowledged instead: it is true where ok was 1.',
  upserted: 'Read upsertedId instead: it is one id and no list.',
};

const find: Find = ({ script, version }) => {
  const mongoose = version('mongoose');
  if (!mongoose?.is('>=6')) return [];
  return script.calls.flatMap((call): Found[] => {
    const names = namesFor(script, call);
    const reads = names ? readsOf(script, call, false) : [];
    return reads.flatMap((read): Found[] => {
      const to = names && Object.hasOwn(names, read.name) ? names[read.name] : undefined;
      const next = Object.hasOwn(OTHERWISE, read.name) ? OTHERWISE[read.name] : undefined;
      const found = { subject: read.name, at: read.at };
      const message = `${mongoose.text} gives a result without ${read.name}`;
      if (to)
        return [
          {
            ...found,
            message: `${message}; it is ${to}.`,
            repair: (j) => read.rename(j.identifier(to) as Node),
          },
        ];
      return next ? [{ ...found, message: `${message}.`, safety: 'report', next }] : [];
    });
  });
};

export const transform = {
  title: 'Read the results of Mongoose by their present names',
  why: 'Since version 6 an update gives matchedCount and modifiedCount: n and nModified are undefined, without any error.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_6.html#mongodb-driver-40',
  catalogue: ['js-mongoose-removed-methods'],
  fixes: [
    /Property '(n|nModified|ok|upserted)' does not exist on type '(UpdateWrite|Update|Delete)(Op)?Result/,
  ],
  packages: ['mongoose'],
  literals: ['.update', '.delete', '.replaceOne('],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=8` gives the installed version. */
export default rewriteWith(find);

/** The new names in the result of a call; undefined where it is no update and no deletion of a model. */
function namesFor(script: Script, call: Node): Record<string, string> | undefined {
  const used = methodCall(call);
  if (!used || !/^(update(One|Many)|replaceOne|delete(One|Many))$/.test(used.method)) return undefined;
  if (!isModel(script, used.receiver) && !isQuery(script, used.receiver)) return undefined;
  return used.method.startsWith('delete') ? DELETED : UPDATED;
}

/** A property of a result that is read. */
interface Read {
  name: string;
  at: Node;
  rename(to: Node): void;
}

/** What is read of the value of a query: behind `await`, in `then`, through a constant or taken apart. */
function readsOf(script: Script, node: Node, settled: boolean): Read[] {
  const parent = script.parentOf(node);
  if (!parent) return [];
  if (parent.type === 'AwaitExpression') return readsOf(script, parent, true);
  if (unwrap(parent) !== parent) return readsOf(script, parent, settled);
  if (isMember(parent) && (parent.object as Node) === node)
    return settled ? ofMember(parent) : ofChain(script, parent);
  return settled && parent.type === 'VariableDeclarator' && parent.init === node
    ? ofPattern(script, parent.id as Node)
    : [];
}

function ofChain(script: Script, member: Node): Read[] {
  const call = script.parentOf(member);
  const used = isCall(call) ? methodCall(call) : undefined;
  if (!call || !used) return [];
  if (used.method === 'exec') return readsOf(script, call, false);
  const [then] = argumentsOf(call);
  const [param] = used.method === 'then' && isFunction(then) ? (then.params as Node[]) : [];
  return param ? ofPattern(script, param) : [];
}

function ofPattern(script: Script, pattern: Node): Read[] {
  if (pattern.type === 'ObjectPattern')
    return pattern.properties.flatMap((property): Read[] => {
      const name = property.type === 'ObjectProperty' ? keyOf(property) : undefined;
      if (property.type !== 'ObjectProperty' || name === undefined) return [];
      const rename = (to: Node) => Object.assign(property, { key: to, shorthand: false });
      return [{ name, at: property.key as Node, rename }];
    });
  const binding = pattern.type === 'Identifier' ? script.bindingOf(pattern) : undefined;
  if (!binding || binding.writes.length > 0) return [];
  return binding.references.flatMap((use) => {
    const member = script.parentOf(use);
    return isMember(member) && (member.object as Node) === use ? ofMember(member) : [];
  });
}

function ofMember(member: Node): Read[] {
  const name = isMember(member) ? propertyName(member) : undefined;
  if (!isMember(member) || name === undefined) return [];
  const rename = (to: Node) => Object.assign(member, { property: to, computed: false });
  return [{ name, at: member.property as Node, rename }];
}
