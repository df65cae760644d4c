import { allAddresses } from '../../../src/backend/addresses.ts';
import type { Backend } from '../../../src/backend/backend.ts';
import { constantOf } from '../../../src/backend/constants.ts';
import { isDsnBuild } from '../../../src/backend/dsn.ts';
import { isTest } from '../../../src/backend/entry.ts';
import { isQuoted } from '../../../src/backend/quoted.ts';
import { isText } from '../../../src/backend/text-values.ts';
import type { UrlLiteral } from '../../../src/backend/url-sources.ts';
import { keywordValue } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import { addImport } from '../../../src/languages/python/import-edits.ts';
import { scopeAt } from '../../../src/languages/python/origin.ts';
import { children, enclosing, type Node } from '../../../src/languages/python/tree.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Encode the password that the code puts into the address',
  why: 'A password with @ or % breaks the address that it is pasted into: the server is looked for at the wrong host, or the password is another one.',
  safety: { unsafe: 'a password that is encoded already where it is set would be encoded twice' },
  docs: 'https://docs.sqlalchemy.org/en/20/core/engines.html#escaping-special-characters-such-as-signs-in-passwords',
  catalogue: ['py-dsn-unescaped-build'],
  fixes: [/Name or service not known/, /could not translate host name/, /failed to resolve host/],
  literals: ['://', 'Dsn'],
  detect(document, backend) {
    const literals = allAddresses(backend)
      .filter(({ engine }) => !isTest(engine.document.path))
      .flatMap(({ sources }) => sources.literals)
      .filter((literal) => literal.document.path === document.path);
    const pasted = new Map(
      literals.flatMap((literal) => passwordIn(literal) ?? []).map((node) => [node.id, node]),
    );
    return [...pasted.values()].flatMap((node) => draft(document, backend, node) ?? []);
  },
} satisfies Transform<'python'>;

/** The expression that stands for the password: in an f-string between `:` and `@`, in a builder by its name. */
function passwordIn({ document, node, scheme, text, start }: UrlLiteral): Node | undefined {
  if (scheme) {
    const call = enclosing(node, 'call');
    return call && isDsnBuild(document, call) ? keywordValue(call, 'password') : undefined;
  }
  const piece = children(node).find((child) => {
    if (child.type !== 'interpolation') return false;
    const before = text.slice(0, child.startIndex - start);
    return /^[\w+]+:\/\/[^/@]*:$/.test(before) && text[child.endIndex - start] === '@';
  });
  return piece && children(piece).length === 1 ? children(piece)[0] : undefined;
}

function draft(document: PythonDocument, backend: Backend, node: Node): Draft | undefined {
  const value = constantOf(backend, document, node);
  if (value === undefined || !/[@%]/.test(value) || isQuoted(document, node) || !isText(document, node))
    return undefined;
  const bound = scopeAt(document, node).find('quote_plus');
  const free =
    !bound || bound.every((each) => document.externalName(each.node) === 'urllib.parse.quote_plus');
  return {
    subject: node.text,
    at: document.place(node),
    message: `${node.text} has a character that means something else in an address.`,
    ...(free && !/\s/.test(value)
      ? {
          edits: [
            { ...document.place(node), text: `quote_plus(${node.text})` },
            ...addImport(document, { module: 'urllib.parse', name: 'quote_plus' }),
          ],
        }
      : { safety: 'report' as const, next: 'Make the address with URL.create(), which encodes its parts.' }),
  };
}
