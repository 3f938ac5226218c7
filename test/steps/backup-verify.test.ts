import { withDomain } from '../../src/model/host-state.ts';
import { backupVerifyStep } from '../../src/steps/backup-verify.ts';
import { stored, storeOf } from '../stored.ts';
import { foreign, off, STORE, WEEK } from './restore-scenes.ts';
import { testStep } from './step-tester.ts';

const every = { store: STORE };
const newest = { store: STORE, backup: 'latest' };
const on = (store: Parameters<typeof off>[1] = WEEK) =>
  off({ domain: { state: 'running', agent: true } }, store);
const bare = { name: 'x', size: 1, disks: [], findings: [] };
const unreadable = storeOf([], {
  findings: [{ code: 'BP182', severity: 'error', message: 'it cannot be read' }],
});

testStep(backupVerifyStep, {
  valid: [
    ['every backup', every, on()],
    ['the newest', newest, on()],
    ['one', { store: STORE, backup: 'monday' }, on()],
    ['backups of a guest that is off', newest, off()],
    ['every backup, also without a manifest', every, on(storeOf([bare, stored('a')]))],
    ['every backup of another guest', every, on(storeOf([foreign]))],
  ],
  invalid: [['a relative store', { store: 'backup' }, ['BP050 store']]],
  worlds: [
    ['no such guest', every, withDomain(on(), { state: 'gone' }), ['BP101']],
    ['no store', every, on(null), ['BP181 store']],
    ['no store for one', newest, on(null), ['BP181 store']],
    ['an empty store', every, on(storeOf([])), ['BP163 backup']],
    ['an empty store for the newest', newest, on(storeOf([])), ['BP163 backup']],
    ['an unreadable store', every, on(unreadable), ['BP182 store']],
    ['no such backup', { ...every, backup: 'tuesda' }, on(), ['BP163 backup']],
    [
      'a backup of another guest',
      { ...every, backup: 'tuesday' },
      on(storeOf([foreign])),
      ['BP165 backup'],
    ],
    [
      'the newest, where one has no manifest',
      newest,
      on(storeOf([bare, stored('a')])),
      ['BP164 backup'],
    ],
    [
      'a backup that is being removed',
      { ...every, backup: 'a' },
      on(storeOf([stored('a', [], { dropped: { name: 'a' } })])),
      ['BP164 backup'],
    ],
  ],
  scenes: [on(), off()],
  admitted: 20,
});
