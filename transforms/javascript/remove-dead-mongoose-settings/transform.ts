import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import {
  argumentsOf,
  isCall,
  isMember,
  methodCall,
  type Node,
  stringValue,
} from '../../../src/languages/javascript/nodes.ts';
import { remove, replace, type Script } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

/** Measured with Mongoose 6 to 9: `set` refuses each of them. */
const DEAD = new Set(['useNewUrlParser', 'useUnifiedTopology', 'useCreateIndex', 'useFindAndModify']);

const find: Find = ({ script, version }) => {
  const mongoose = version('mongoose');
  if (!mongoose?.is('>=6')) return [];
  return script.calls.flatMap((call): Found[] => {
    const name = deadSetting(script, call);
    if (name === undefined) return [];
    const message = `${mongoose.text} refuses mongoose.set('${name}').`;
    return [{ subject: name, at: call, message, ...removal(script, call) }];
  });
};

export const transform = {
  title: 'Remove the settings that Mongoose no longer has',
  why: 'Since version 6 Mongoose refuses them, so the module that sets one fails when it is loaded.',
  safety: 'safe',
  docs: 'https://mongoosejs.com/docs/migrating_to_6.html#no-more-deprecation-warning-options',
  catalogue: ['js-mongoose-set-dead'],
  fixes: [/SetOptionError: .* is not a valid option to set/],
  packages: ['mongoose'],
  literals: [...DEAD],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. `--mongoose=8` gives the installed version. */
export default rewriteWith(find);

function deadSetting(script: Script, call: Node): string | undefined {
  const [name] = argumentsOf(call);
  const text = stringValue(name);
  return text !== undefined && DEAD.has(text) && isSet(script, call) ? text : undefined;
}

/** `mongoose.set(…)`, also at the end of a chain of them. */
function isSet(script: Script, call: Node): boolean {
  if (!isCall(call)) return false;
  const used = methodCall(call);
  if (used?.method !== 'set') return originOf(script, call.callee as Node) === 'mongoose.set';
  return originOf(script, used.receiver) === 'mongoose' || isSet(script, used.receiver);
}

function removal(script: Script, call: Node): Partial<Found> {
  const parent = script.parentOf(call);
  const used = methodCall(call);
  const receiver = used?.receiver;
  if (receiver && (isMember(parent) || methodCall(receiver)))
    return { repair: () => replace(script, call, receiver) };
  const list = parent && (script.parentOf(parent) as { body?: unknown } | undefined)?.body;
  if (parent?.type === 'ExpressionStatement' && Array.isArray(list))
    return { repair: () => remove(script, parent) };
  return {
    safety: 'report',
    next: 'Take the call out by hand: its value is used, or it is the only statement there.',
  };
}
