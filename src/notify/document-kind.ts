import type { DocumentKind } from '../plan/document-kind.ts';

/** How messages name a notification file. */
export const NOTIFY: DocumentKind = {
  noun: 'notification file',
  keys: '"notify", "targets" and "metrics"',
  beginning: 'begin with "notify: blockplan/v1"',
  models: 'see docs/notifications.md for a complete one',
  listHint: 'put the list below the key "targets:"',
  missing: { notify: 'begin with "notify: blockplan/v1"' },
  isProse: () => false,
  mayEscape: false,
};
