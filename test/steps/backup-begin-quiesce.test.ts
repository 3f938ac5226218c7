/** Backups that begin while the guest is frozen: what they require, their commands, and their rollback. */
import { describe, expect, test } from 'vitest';
import { type HostState, withDomain } from '../../src/model/host-state.ts';
import { backupBeginStep } from '../../src/steps/backup-begin.ts';
import { world } from '../worlds.ts';
import { phaseDone, phaseLines, refusalLines, requirementLines, rollbackLines } from './shown.ts';
import { testStep } from './step-tester.ts';

const STORE = '/backup/testvm';
const quiesced = (quiesce: 'required' | 'preferred' | 'no', more: object = {}) => ({
  ...{ store: STORE, name: 'monday', disks: ['vda'], quiesce },
  ...more,
});
const on = (domain: Partial<HostState['domain']> = {}): HostState =>
  withDomain(world({ folders: { [STORE]: { writable: true, free: 10_000 * 1024 ** 2 } } }), domain);
const copy = (params: object, state: HostState) =>
  phaseLines(backupBeginStep, params as Parameters<typeof phaseLines>[1], state).filter(
    (_, at, lines) => at < lines.findIndex((line) => line.startsWith('digest')),
  );

testStep(backupBeginStep, {
  valid: [
    ['required', quiesced('required'), on({ agent: true })],
    ['required, for a short time', quiesced('required', { 'thaw-after': 10 }), on({ agent: true })],
    ['preferred', quiesced('preferred'), on({ agent: true })],
    ['preferred, without an agent', quiesced('preferred'), on({ agent: false })],
    ['preferred, of a paused guest', quiesced('preferred'), on({ state: 'paused' })],
    ['no, without an agent', quiesced('no'), on({ agent: false })],
  ],
  invalid: [
    ['a limit of what is not frozen', quiesced('no', { 'thaw-after': 10 }), ['BP052 thaw-after']],
  ],
  worlds: [
    ['required, without an agent', quiesced('required'), on({ agent: false }), ['BP112 quiesce']],
    [
      'required, of a paused guest',
      quiesced('required'),
      on({ agent: true, state: 'paused' }),
      ['BP112 quiesce'],
    ],
  ],
  scenes: [on({ agent: true }), on({ agent: false }), on({ state: 'paused' })],
  admitted: 5,
});

test('its requirements', () => {
  const lines = (params: object, state: HostState) =>
    requirementLines(
      backupBeginStep,
      params as Parameters<typeof requirementLines>[1],
      state,
    ).filter((line) => /agent/.test(line));
  expect([
    ...lines(quiesced('required'), on({ agent: true })),
    ...lines(quiesced('preferred'), on({ agent: true })),
    ...refusalLines(backupBeginStep, quiesced('required'), on({ agent: false })),
    ...refusalLines(backupBeginStep, quiesced('preferred'), on({ agent: false })),
    ...refusalLines(backupBeginStep, quiesced('preferred'), on({ agent: true, state: 'paused' })),
  ]).toMatchInlineSnapshot();
});

test('required: between the freeze and the thaw there is only the start of the backup', () => {
  expect(
    copy(quiesced('required', { 'thaw-after': 20 }), on({ agent: true })),
  ).toMatchInlineSnapshot();
});

test('preferred: what the agent refuses does not end the backup', () => {
  const lines = copy(quiesced('preferred'), on({ agent: true }));
  const failing = lines.filter((line) => /domfs(freeze|thaw)/.test(line));
  expect(failing).toHaveLength(2);
  for (const line of failing) expect(line).toContain('optional true');
  expect(lines.find((line) => line.includes('backup-begin'))).not.toContain('optional');
});

test.each([
  ['no', on({ agent: true })],
  ['preferred', on({ agent: false })],
  ['preferred', on({ agent: true, state: 'paused' })],
] as const)('%s: nothing is frozen where it cannot be', (quiesce, state) => {
  expect(copy(quiesced(quiesce), state).join('\n')).not.toMatch(/domfs|agent-timeout|thaws/);
});

test('the first manifest says why nothing is frozen', () => {
  const drafted = (quiesce: 'required' | 'preferred' | 'no', state: HostState) => {
    const { before, phase } = phaseDone(backupBeginStep, quiesced(quiesce), state, 'copy');
    const [draft] = phase.effects(before, before);
    return draft?.tool === 'draft-backup' ? draft.unfrozen : 'no draft';
  };
  expect([
    drafted('no', on({ agent: true })),
    drafted('preferred', on({ agent: false })),
    drafted('preferred', on({ agent: true, state: 'paused' })),
    drafted('required', on({ agent: true })),
  ]).toEqual([
    undefined,
    'the guest agent is not connected',
    'the guest is paused',
    'it is not known yet whether they were frozen',
  ]);
});

describe('the rollback', () => {
  test('thaws first a guest that may be frozen, and only that', () => {
    const { phase, before, after } = phaseDone(
      backupBeginStep,
      quiesced('required'),
      on({ agent: true }),
      'copy',
    );
    const frozen = withDomain(after, { frozen: true });
    expect(rollbackLines(phase, before, frozen)[0]).toMatch(/^virsh domfsthaw .*optional true/);
    expect(rollbackLines(phase, before, after).join('\n')).not.toContain('domfsthaw');
  });
});
