/** Backups that begin while the guest is frozen: what they require, their commands, and their rollback. */
import { describe, expect, test } from 'vitest';
import { type HostState, withDomain } from '../../src/model/host-state.ts';
import { backupBeginStep } from '../../src/steps/backup-begin.ts';
import { world } from '../worlds.ts';
import { phaseDone, phaseLines, refusalLines, requirementLines, rollbackLines } from './shown.ts';

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
  ]).toMatchInlineSnapshot(`
    [
      "the guest agent is connected [domain]",
      "the guest agent freezes and thaws in time [run]",
      "the guest agent freezes and thaws in time; otherwise the backup is made all the same [run]",
      "BP112 quiesce: the guest agent of "testvm" is not connected, so its file systems cannot be frozen -> start qemu-guest-agent in the guest, or leave "quiesce" out",
      "BP112 quiesce (warning): the file systems of "testvm" will not be frozen, and a restored disk is like one after a power loss: the guest agent is not connected -> start qemu-guest-agent in the guest, or write "quiesce: required" to refuse such a backup",
      "BP112 quiesce (warning): the file systems of "testvm" will not be frozen, and a restored disk is like one after a power loss: the guest is paused -> resume the guest: virsh resume testvm",
    ]
  `);
});

test('required: between the freeze and the thaw there is only the start of the backup', () => {
  expect(
    copy(quiesced('required', { 'thaw-after': 20 }), on({ agent: true })),
  ).toMatchInlineSnapshot(`
    [
      "copy: copy the disks as they are at one instant, with frozen file systems, into /backup/testvm/monday.partial, while the guest runs",
      "  mkdir /backup/testvm/monday.partial  # with a manifest, and an empty image for vda  (create the folder of the backup)",
      "  virsh guest-agent-timeout --domain testvm --timeout 10  (set a timeout for the guest agent)",
      "  # start a process that thaws the guest after 20 s, or if blockplan dies  (so that nothing leaves the guest frozen; timeoutMs 20000)",
      "  virsh domfsfreeze --domain testvm  (freeze the guest's file systems; timeoutMs 50000)",
      "  virsh backup-begin --domain testvm --backupxml RUN/backup.xml --reuse-external  (start the backup of vda)",
      "  virsh domfsthaw --domain testvm  (thaw the guest's file systems; timeoutMs 50000)",
      "  # write into the manifest in /backup/testvm/monday.partial whether the file systems were frozen  (note whether the file systems were frozen when the backup began)",
      "  virsh guest-agent-timeout --domain testvm --timeout -2  (reset the timeout for the guest agent to libvirt's default; optional true)",
      "  # wait for libvirt's event: the backup of vda is complete  (until all disks are copied; timeoutMs 86400000)",
      "  rollback: thaw the guest, cancel the backup and remove its folder",
      "    rm -r /backup/testvm/monday.partial  # once proven to belong to this run  (remove the folder of the backup)",
    ]
  `);
});

test('preferred: neither the agent nor a guard that cannot start ends the backup', () => {
  const lines = copy(quiesced('preferred'), on({ agent: true }));
  const failing = lines.filter((line) => /domfs(freeze|thaw)|agent-timeout|# start/.test(line));
  expect(failing).toHaveLength(5);
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
