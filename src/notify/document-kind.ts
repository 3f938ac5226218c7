import type { DocumentKind } from '../plan/document-kind.ts';

/** How messages name a notification file. */
export const NOTIFY: DocumentKind = {
  noun: 'notification file',
  keys: '"notify", "targets" and "metrics"',
  beginning: 'begin with "notify: blockplan/v1"',
  models: 'write "targets:" with a list below it; each item has "command", "mail" or "webhook"',
  listHint: 'put the list below the key "targets:"',
  missing: { notify: 'begin with "notify: blockplan/v1"' },
  isProse: () => false,
  mayEscape: false,
};
