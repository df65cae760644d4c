export default {
  title: 'Require newpkg',
  why: 'oldpkg is gone, so the install fails.',
  checkpoint: 'imports',
  safety: 'safe',
  docs: 'https://docs.example.invalid/newpkg',
  tasks: ['T005'],
  detect({ workspace }) {
    const file = 'requirements.txt';
    const start = workspace.read(file)?.text.indexOf('oldpkg==1') ?? -1;
    if (start < 0) return [];
    const at = { file, start, end: start + 9 };
    return [
      {
        subject: 'oldpkg',
        at,
        message: 'oldpkg is required.',
        edits: [{ ...at, text: 'newpkg==2' }],
        provides: ['package:newpkg'],
      },
    ];
  },
};
