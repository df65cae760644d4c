import { detectWith, type Find, type Found, rewriteWith } from '../../../src/backend/javascript/repair.ts';
import { argumentsOf, type Node, stringValue } from '../../../src/languages/javascript/nodes.ts';
import { replace } from '../../../src/languages/javascript/script.ts';
import { originOf } from '../../../src/languages/javascript/trace.ts';
import type { Transform } from '../../../src/transform.ts';

const find: Find = ({ script, version }) => {
  const driver = version('mongoose') ?? version('mongodb');
  if (!driver) return [];
  return [...script.calls, ...script.all('NewExpression')].flatMap((call): Found[] => {
    const [address] = argumentsOf(call);
    const text = address?.type === 'StringLiteral' ? stringValue(address) : undefined;
    const origin =
      text === undefined ? undefined : originOf(script, (call as unknown as { callee: Node }).callee);
    if (!address || text === undefined || !CONNECTS.test(origin ?? '') || !lacksScheme(text)) return [];
    return [
      {
        subject: `${origin}`,
        at: address,
        message: `${driver.text} takes only addresses that begin with mongodb:// or mongodb+srv://.`,
        secret: text.includes('@'),
        repair: (j) => replace(script, address, j.stringLiteral(`mongodb://${text}`) as Node),
      },
    ];
  });
};

export const transform = {
  title: 'Begin the address of MongoDB with its scheme',
  why: 'An address without mongodb:// is refused: Invalid scheme, expected connection string to start with "mongodb://".',
  safety: 'safe',
  docs: 'https://www.mongodb.com/docs/manual/reference/connection-string/',
  catalogue: ['js-mongo-uri-undefined'],
  fixes: [/Invalid scheme, expected connection string to start with "mongodb:\/\/"/],
  packages: ['mongoose', 'mongodb'],
  literals: ['mongoose', 'mongodb'],
  detect: detectWith(find),
} satisfies Transform<'javascript'>;

export const parser = 'tsx';

/** A standard jscodeshift transform. */
export default rewriteWith(find);

const CONNECTS = /^(mongoose\.(connect|createConnection)|mongodb\.MongoClient(\.connect)?)$/;

/** `localhost:27017/shop` and `127.0.0.1/shop`: a host, perhaps a port, and a database. */
function lacksScheme(text: string): boolean {
  return (
    !text.includes('://') &&
    /^([^\s/@]+@)?(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?(\/[\w-]*(\?\S*)?)?$/.test(text)
  );
}
