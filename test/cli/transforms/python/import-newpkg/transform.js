export default {
  title: 'Import from newpkg',
  why: 'oldpkg is gone, so the import fails when the server starts.',
  checkpoint: 'imports',
  safety: 'safe',
  docs: 'https://docs.example.invalid/newpkg',
  literals: ['oldpkg'],
  detect({ file }) {
    const start = file.text.indexOf('oldpkg');
    const at = { file: file.path, start, end: start + 6 };
    const edits = [{ ...at, text: 'newpkg' }];
    return [{ subject: 'oldpkg', at, message: 'oldpkg is imported.', edits, needs: ['package:newpkg'] }];
  },
};
