import type { SourceFile } from '../../files/source-file.ts';
/** One JavaScript or TypeScript file. `ast()` parses once for all transforms. */
export interface JavaScriptDocument {
  file: SourceFile;
}
