import { type EventHandler, eventHandlers } from '../../../src/backend/event-handlers.ts';
import { versionReason } from '../../../src/backend/package-version.ts';
import { keywordValue, positional } from '../../../src/languages/python/arguments.ts';
import type { PythonDocument } from '../../../src/languages/python/document.ts';
import type { Draft, Transform } from '../../../src/transform.ts';

export default {
  title: 'Add start-up handlers to the router',
  why: 'Starlette 1.0 took add_event_handler away, so the module fails when the server imports it.',
  safety: 'safe',
  since: { starlette: '1.0' },
  docs: 'https://starlette.dev/release-notes/',
  catalogue: ['py-starlette1-event-api'],
  fixes: [/'FastAPI' object has no attribute 'add_event_handler'/],
  literals: ['add_event_handler'],
  detect(document, backend) {
    const because = versionReason(backend, 'starlette');
    return eventHandlers(document)
      .filter(({ how, framework, application }) => {
        const ignored = application && keywordValue(application.call, 'lifespan');
        return how === 'call' && framework === 'fastapi' && !ignored;
      })
      .map((handler) => draft(document, handler, because));
  },
} satisfies Transform<'python'>;

function draft(document: PythonDocument, { at, event, handler }: EventHandler, because: string): Draft {
  const attribute = at.childForFieldName('function')?.childForFieldName('attribute');
  const [first] = positional(at).length === 2 ? positional(at) : [];
  const append = `router.on_${event}.append`;
  return {
    subject: `${event} ${name(handler)}`,
    at: document.place(at),
    message: `FastAPI has no add_event_handler since Starlette 1.0 (${because}); its router keeps the list of handlers.`,
    ...(attribute && first
      ? {
          edits: [
            { ...document.place(attribute), text: append },
            { file: document.path, start: first.startIndex, end: handler.startIndex, text: '' },
          ],
        }
      : { safety: 'report' as const, next: `Write it as ${append}(…), or call it in a lifespan.` }),
  };
}

function name(handler: EventHandler['handler']): string {
  return handler.text.replace(/\(.*$/s, '');
}
