export default {
  title: 'Note the settings',
  why: '',
  safety: 'note',
  docs: '',
  detect({ workspace }) {
    const file = '.env';
    if (!workspace.has(file)) return [];
    return [{ subject: 'env', at: { file, start: 0, end: 0 }, message: 'Settings are read from here.' }];
  },
};
