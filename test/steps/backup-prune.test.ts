import { expect, test } from 'vitest';
import { withDomain, withFile } from '../../src/model/host-state.ts';
import { backupPruneStep } from '../../src/steps/backup-prune.ts';
import { stored, storedDisk, storeOf } from '../stored.ts';
import { foreign, off, STORE } from './restore-scenes.ts';
import { testStep } from './step-tester.ts';

const needing = (...needs: string[]) => ({ needs });
const increment = [storedDisk('vda', { mode: 'incremental' })];
/** Two full backups, each with an increment. */
const CHAINS = storeOf([
  stored('a', undefined, needing()),
  stored('a1', increment, needing('a')),
  stored('b', undefined, needing()),
  stored('b1', increment, needing('b')),
]);
const on = (store: Parameters<typeof off>[1] = CHAINS) =>
  off({ domain: { state: 'running', agent: true } }, store);
const last = (count: number, more: object = {}) => ({
  store: STORE,
  keep: { last: count, ...more },
});
const unreadable = storeOf([], {
  findings: [{ code: 'BP182', severity: 'error', message: 'it cannot be read' }],
});
const MARK = `${STORE}/prune.json`;

testStep(backupPruneStep, {
  valid: [
    ['a chain', last(1), on()],
    ['nothing', last(9), on()],
    ['days, weeks and months', { store: STORE, keep: { daily: 1, weekly: 1, monthly: 1 } }, on()],
    ['all but a pinned one', last(1, { pins: ['a'] }), on()],
    ['backups of a guest that is off', last(1), off({}, CHAINS)],
    ['an empty store', last(1), on(storeOf([]))],
    ['a store of another guest', last(1), on(storeOf([foreign]))],
    [
      'what an earlier prune has left',
      last(1),
      withFile(
        on({
          ...CHAINS,
          backups: CHAINS.backups.map((each) =>
            each.name.startsWith('a') ? { ...each, dropped: { name: each.name } } : each,
          ),
          mark: { drop: [{ name: 'a' }, { name: 'a1' }] },
        }),
        MARK,
        { size: 1 },
      ),
    ],
  ],
  invalid: [
    ['a relative store', { ...last(1), store: 'backup' }, ['BP050 store']],
    ['no rule', { store: STORE, keep: {} }, ['BP052 keep']],
    ['pins only', { store: STORE, keep: { pins: ['a'] } }, ['BP052 keep']],
  ],
  worlds: [
    ['no such guest', last(1), withDomain(on(), { state: 'gone' }), ['BP101']],
    ['no store', last(1), on(null), ['BP181 store']],
    ['an unreadable store', last(1), on(unreadable), ['BP182 store']],
    ['a pin that does not exist', last(1, { pins: ['a', 'c'] }), on(), ['BP163 keep.pins.1']],
    [
      'a merge of another version',
      last(1),
      on({ ...CHAINS, mark: { drop: [{ name: 'a', into: 'a1' }] } }),
      ['BP168 store'],
    ],
  ],
  scenes: [on(), off({}, CHAINS)],
  admitted: 20,
});

test('which backups stay, and why, is known before the run', () => {
  const rows = backupPruneStep.retention?.(last(1), on()) ?? [];
  expect(rows.map(({ name, kept, reasons }) => [name, kept, ...reasons])).toEqual([
    ['b1', true, 'the newest'],
    ['b', true, 'b1 needs it'],
    ['a1', false, 'no rule keeps it'],
    ['a', false, 'no rule keeps it'],
  ]);
  expect(backupPruneStep.backup?.(last(1), on())).toEqual({ removed: ['a1', 'a'] });
});
