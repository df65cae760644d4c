/** How a plan may be shown. A file of its own, so that the command line can name them without loading what shows. */
export type Format = 'text' | 'patch' | 'json' | 'markdown';
export const FORMATS: readonly Format[] = ['text', 'patch', 'json', 'markdown'];
