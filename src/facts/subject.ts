import type { Subject } from '../plan/subject.ts';

/** How messages name a facts file. */
export const FACTS: Subject = {
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
