import type { DocumentKind } from '../plan/document-kind.ts';

/** How messages name a facts file. */
export const FACTS: DocumentKind = {
  noun: 'facts file',
  keys: '"facts", "domain" and "disks"',
  beginning: 'begin with "facts: blockplan/v1"',
  models: 'write one with: blockplan facts DOMAIN',
  listHint: 'put a list of disks below the key "disks:"',
  missing: {
    facts: 'begin with "facts: blockplan/v1"',
    domain: 'add "domain: { name: NAME }", with the name shown by: virsh list --all',
  },
  isProse: (path) => path[0] === 'definition' && path.length === 1,
  mayEscape: true,
};
