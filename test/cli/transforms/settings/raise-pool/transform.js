export default {
  title: 'Raise the pool',
  why: 'Five connections are too few.',
  safety: { unsafe: 'more connections are opened' },
  docs: '',
  detect({ workspace }) {
    const file = '.env';
    const start = workspace.read(file)?.text.indexOf('POOL=5') ?? -1;
    if (start < 0) return [];
    const at = { file, start, end: start + 6 };
    return [
      { subject: 'POOL', at, message: 'The pool has 5 connections.', edits: [{ ...at, text: 'POOL=10' }] },
    ];
  },
};
