/**
 * The packages that are loaded late. They are CommonJS: imported by name here, the bundle and Node give the same,
 * while a bundled `import()` of them would only have `default`.
 */
export { parse } from '@babel/parser';
export { default as jscodeshift } from 'jscodeshift';
