/** The formats of a preview, which the options of commands name: so no code that makes a preview is loaded with them. */

/** The values of `preview --format`. */
export const FORMATS = ['text', 'markdown', 'json', 'html', 'mermaid'] as const;
export type Format = (typeof FORMATS)[number];
