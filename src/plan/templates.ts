/** The shipped plans that `blockplan init` starts from: those for one disk of a running guest. */

/** What a shipped plan does, in a word, and its file in `plans/` without the extension. */
export const TEMPLATES = {
  migrate: 'live-storage-migration',
  'migrate-classic': 'live-storage-migration-classic',
  backup: 'live-backup',
  'backup-mirror': 'live-backup-mirror',
} as const;

export type TemplateName = keyof typeof TEMPLATES;
