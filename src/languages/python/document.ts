import type { SourceFile } from '../../files/source-file.ts';
export interface PythonDocument {
  file: SourceFile;
}
