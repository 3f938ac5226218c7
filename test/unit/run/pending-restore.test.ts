/** What a run has taken from a domain, and what of it is known to be restored. */
import { describe, expect, test } from 'vitest';
import { pendingRestoreOf } from '../../../src/run/pending-restore.ts';
import { commanded, GIVEN, KEPT, logOf, RESUMED, STARTED } from '../../journals.ts';

const KEPT_MARKED = KEPT.bundle;
const KEPT_UNMARKED = { ...KEPT.bundle, autostart: false };

const command = (what: keyof typeof GIVEN, answer: Parameters<typeof commanded>[3] = 'done') =>
  commanded('do', 'a/b', GIVEN[what], answer);
const UNDEFINE = [STARTED, ...command('undefine')];
const REFUSED = { error: 'no' };

const BOTH = { definition: true, autostart: true };
const MARK_ONLY = { definition: false, autostart: true };
const DEFINITION_ONLY = { definition: true, autostart: false };
const NOTHING = { definition: false, autostart: false };

describe('what is owed of a domain that was marked for autostart', () => {
  test.each([
    ['both after undefine', UNDEFINE, BOTH],
    ['both from the moment that they are kept', [STARTED, KEPT], BOTH],
    ['both before its undefine has an answer', [STARTED, ...command('undefine', 'none')], BOTH],
    ['the mark after define', [...UNDEFINE, ...command('define')], MARK_ONLY],
    ['both after a define without an answer', [...UNDEFINE, ...command('define', 'none')], BOTH],
    ['both after a refused define', [...UNDEFINE, ...command('define', REFUSED)], BOTH],
    ['nothing', [...UNDEFINE, ...command('define'), ...command('autostart')], NOTHING],
    [
      'the mark after a refused autostart',
      [...UNDEFINE, ...command('define'), ...command('autostart', REFUSED)],
      MARK_ONLY,
    ],
    [
      'the mark after an autostart without an answer',
      [...UNDEFINE, ...command('define'), ...command('autostart', 'none')],
      MARK_ONLY,
    ],
    [
      'the definition if only the mark is restored',
      [...UNDEFINE, ...command('autostart')],
      DEFINITION_ONLY,
    ],
    [
      'both after a second undefine',
      [...UNDEFINE, ...command('define'), ...command('autostart'), ...command('undefine')],
      BOTH,
    ],
    ['both after another command', [...UNDEFINE, ...command('pivot')], BOTH],
    [
      'both after an effect that is not a command',
      [
        ...UNDEFINE,
        ...command('define', 'none'),
        ...commanded('do', 'a/b', { tool: 'make-file', file: '/f', why: '' }, 'done'),
      ],
      BOTH,
    ],
  ] as const)('%s', (_title, entries, owed) => {
    expect(pendingRestoreOf({ kept: KEPT_MARKED }, logOf(entries))).toEqual(owed);
  });
});

test('no mark is owed to a domain that had none', () => {
  expect(pendingRestoreOf({ kept: KEPT_UNMARKED }, logOf(UNDEFINE))).toEqual(DEFINITION_ONLY);
});

describe('a rescue', () => {
  test.each([
    ['after the last record restores everything', UNDEFINE, UNDEFINE.length, NOTHING],
    ['with more records than are left restores everything', UNDEFINE, UNDEFINE.length + 2, NOTHING],
    [
      'after an undefine without an answer restores everything, also once the run is resumed',
      [STARTED, ...command('undefine', 'none'), RESUMED],
      2,
      NOTHING,
    ],
    ['before an undefine restores nothing', UNDEFINE, 1, BOTH],
    [
      'between two records restores everything if no undefine follows',
      [...UNDEFINE, ...command('pivot')],
      UNDEFINE.length,
      NOTHING,
    ],
    [
      'before a refused define has restored everything',
      [...UNDEFINE, ...command('define', REFUSED)],
      UNDEFINE.length,
      NOTHING,
    ],
  ] as const)('%s', (_title, entries, records, owed) => {
    expect(pendingRestoreOf({ kept: KEPT_MARKED, restored: { records } }, logOf(entries))).toEqual(
      owed,
    );
  });
});

describe('without a trusted journal', () => {
  const logs = [
    ['is missing', undefined],
    ['is altered', logOf([...UNDEFINE, ...command('define')], 'altered')],
    ['is of a later version', logOf([...UNDEFINE, ...command('define')], 'strange')],
  ] as const;

  test.each(logs)('because it %s, everything is owed until a rescue', (_title, log) => {
    expect(pendingRestoreOf({ kept: KEPT_MARKED }, log)).toEqual(BOTH);
    expect(pendingRestoreOf({ kept: KEPT_MARKED, restored: { records: 1 } }, log)).toEqual(NOTHING);
  });

  test('a torn end does not make it untrusted', () => {
    const torn = logOf([...UNDEFINE, ...command('define')], 'torn');
    expect(pendingRestoreOf({ kept: KEPT_MARKED }, torn)).toEqual(MARK_ONLY);
  });
});
