export default {
  title: 'Say how it is started',
  why: 'Nobody knows how it is started.',
  safety: 'report',
  docs: '',
  detect({ workspace }) {
    const file = 'README.md';
    const text = workspace.read(file)?.text;
    if (text === undefined || !text.includes('TELL')) return [];
    return [
      {
        subject: 'start',
        at: { file, start: 0, end: 0 },
        message: 'The README says nothing.',
        next: 'Write it down.',
      },
    ];
  },
};
