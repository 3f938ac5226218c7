/** Backups that copy only what was written since an earlier one. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/commands/effect.ts';
import { simulatedHostOf } from '../../src/host/simulated-host.ts';
import type { Domain, HostState } from '../../src/model/host-state.ts';
import type { TrackedDisk } from '../../src/model/tracking.ts';
import { apply } from '../../src/simulate/host.ts';
import { guestDies } from '../../src/simulate/host-faults.ts';
import { observedState } from '../../src/simulate/observed-host.ts';
import { backupBeginStep } from '../../src/steps/backup-begin.ts';
import { contentsIn } from '../effects.ts';
import { stored, storedDisk, storeOf, withStore } from '../stored.ts';
import { disk, SNAP1, SNAP2, world } from '../worlds.ts';
import {
  amountsOf,
  phaseDone,
  phaseLines,
  refusalLines,
  requirementLines,
  rollbackLines,
} from './shown.ts';
import { testStep } from './step-tester.ts';

const MiB = 1024 ** 2;
const STORE = '/backup/testvm';
const auto = { store: STORE, name: 'tuesday', incremental: 'auto' };
const TIME = '2026-11-29T02:00:00Z';
const UUID = world().domain.uuid;

/** A backup of vda and vdb that made a checkpoint. */
const made = (name: string) =>
  stored(name, [storedDisk('vda'), storedDisk('vdb')], {
    point: {
      ...{ domain: 'testvm', uuid: UUID, time: TIME, sequence: 0, quiesced: false },
      checkpoint: name,
    },
  });

const tracked = (name: string, vda: TrackedDisk['next'], ...more: TrackedDisk[]) => ({
  ...{ name, created: Date.parse(TIME) / 1000 },
  disks: [{ target: 'vda', bitmap: name, ...(vda === undefined ? {} : { next: vda }) }, ...more],
});

/** A guest with vda on qcow2 and vdb raw, two backups in its store, and the checkpoints of both. */
const having = (next: TrackedDisk['next'] = 3 * MiB, domain: Partial<Domain> = {}): HostState =>
  withStore(
    world({
      folders: { [STORE]: { writable: true, free: 10_000 * MiB } },
      domain: {
        checkpoints: ['sunday', 'monday'],
        tracking: [tracked('sunday', next === 'missing' ? next : 9 * MiB), tracked('monday', next)],
        ...domain,
      },
    }),
    STORE,
    storeOf([made('sunday'), made('monday')]),
  );
const none = having(1, { checkpoints: [], tracking: [] });

testStep(backupBeginStep, {
  valid: [
    ['an increment', auto, having()],
    ['of a paused guest', auto, having(1, { state: 'paused' })],
    ['from an older backup', { ...auto, incremental: 'sunday' }, having()],
    ['without a parent', auto, none],
    ['with a lost bitmap', auto, having('missing')],
    ['with a chain at its limit', { ...auto, 'max-chain': 1 }, having()],
    ['of what can have one, or not at all', { ...auto, 'without-parent': 'refuse' }, having()],
    [
      'of one disk, or not at all',
      { ...auto, disks: ['vda'], 'without-parent': 'refuse' },
      having(),
    ],
  ],
  invalid: [
    ['a limit of nothing', { store: STORE, name: 'a', 'max-chain': 2 }, ['BP052 max-chain']],
    [
      'a rule for nothing',
      { store: STORE, name: 'a', 'without-parent': 'full' },
      ['BP052 without-parent'],
    ],
  ],
  worlds: [
    [
      'a lost bitmap, if that is refused',
      { ...auto, disks: ['vda'], 'without-parent': 'refuse' },
      having('missing'),
      ['BP177 without-parent'],
    ],
    ['a checkpoint of its name', { ...auto, name: 'monday' }, having(), ['BP174 name']],
  ],
  scenes: [having(), none],
  admitted: 20,
});

test('its requirements say what is full, and why', () => {
  expect(requirementLines(backupBeginStep, auto, having())).toMatchInlineSnapshot(`
    [
      "the guest is running, and vda is a disk on local files or block devices [told state]",
      "vda has no block job [domain]",
      "no other guest writes to a layer of vda [others]",
      "the guest is running, and vdb is a disk on local files or block devices [told state]",
      "vdb has no block job [domain]",
      "no other guest writes to a layer of vdb [others]",
      "the backups in /backup/testvm, if any, are of this guest [store /backup/testvm]",
      "vda is copied as an increment of monday [store /backup/testvm]",
      "vdb is copied in full: its image is raw, and only qcow2 images can have checkpoints [store /backup/testvm]",
      "the domain has no checkpoint tuesday [told checkpoints]",
      "/backup/testvm/tuesday.partial does not exist [file /backup/testvm/tuesday.partial]",
      "/backup/testvm/tuesday does not exist [file /backup/testvm/tuesday]",
      "the folder of /backup/testvm/tuesday exists, is writable and has enough free space [folder /backup/testvm/tuesday]",
      "no other domain uses /backup/testvm/tuesday [others]",
      "the host lets QEMU write to /backup/testvm/tuesday [run]",
    ]
  `);
  expect(amountsOf(backupBeginStep, { ...auto, disks: ['vda'] }, having())).toMatchInlineSnapshot(`
    [
      {
        "copied": 3145728,
        "file": "/backup/testvm/tuesday",
        "least": 0,
        "room": 3407872,
      },
    ]
  `);
  const refused = { ...auto, disks: ['vda'], 'without-parent': 'refuse' };
  expect(refusalLines(backupBeginStep, refused, having('missing'))).toMatchInlineSnapshot(`
    [
      "BP177 without-parent: no increment of vda is possible: the bitmap of the checkpoint monday is missing -> write "without-parent: full" to copy it in full",
    ]
  `);
});

test('its commands and its rollback', () => {
  expect(phaseLines(backupBeginStep, auto, having())).toMatchInlineSnapshot(`
    [
      "copy: copy the disks as they are at one instant into /backup/testvm/tuesday.partial, while the guest runs",
      "  mkdir /backup/testvm/tuesday.partial  # with a manifest, and an empty image for vdb, and one above ../monday for vda  (create the folder of the backup)",
      "  virsh backup-begin --domain testvm --backupxml RUN/backup.xml --checkpointxml RUN/checkpoint.xml --reuse-external  (start the backup of vda, vdb)",
      "  # wait for libvirt's event: the backup of vda, vdb is complete  (until all disks are copied; timeoutMs 86400000)",
      "  rollback: cancel the backup, delete its checkpoint and remove its folder",
      "    virsh checkpoint-delete --domain testvm --checkpointname tuesday  (delete the checkpoint with its bitmaps)",
      "    rm -r /backup/testvm/tuesday.partial  # once proven to belong to this run  (remove the folder of the backup)",
      "digest: compute checksums of each copy, so that later damage can be detected",
      "  # write the checksums of vda, vdb in /backup/testvm/tuesday.partial  (write the checksums of the copies)",
      "  rollback: nothing to undo: the checksums are removed with the folder",
      "publish: complete the backup and rename its folder to /backup/testvm/tuesday",
      "  mv --no-clobber /backup/testvm/tuesday.partial /backup/testvm/tuesday  # with a complete manifest, once all files are on disk  (complete the backup)",
      "  rollback: remove the folder of the backup",
      "    virsh checkpoint-delete --domain testvm --checkpointname tuesday  (delete the checkpoint with its bitmaps)",
      "    rm -r /backup/testvm/tuesday  # once proven to belong to this run  (remove the folder of the backup)",
      "retire: delete the checkpoints of earlier backups that no later increment needs",
      "  # delete the checkpoints sunday, monday, each with virsh checkpoint-delete  (the next increment is made from tuesday)",
      "  point of no return: the checkpoints of earlier backups (sunday, monday) are deleted",
      "  rollback: nothing to undo while these checkpoints exist",
      "    no rollback: the checkpoints of earlier backups (sunday, monday) are deleted",
    ]
  `);
});

const effectsOf = (params: object, state: HostState): readonly Effect[] =>
  backupBeginStep.phases(params as never)[0]!.effects(state, state);

test('the XML has a mode for each disk, and the checkpoint names the qcow2 disks', () => {
  const [draft, begin] = effectsOf(auto, having());
  expect(draft).toMatchObject({
    checkpoint: 'tuesday',
    parent: 'monday',
    roots: { vda: 'root-of-vda' },
    reasons: { vdb: 'its image is raw, and only qcow2 images can have checkpoints' },
  });
  const [backup = '', checkpoint = ''] = contentsIn(begin!);
  expect(backup.match(/<disk name='vd.*/g)).toEqual([
    "<disk name='vda' backup='yes' type='file' backupmode='incremental' incremental='monday'>",
    "<disk name='vdb' backup='yes' type='file' backupmode='full'>",
  ]);
  expect(checkpoint.match(/<disk .*/g)).toEqual(["<disk name='vda' checkpoint='bitmap'/>"]);
});

test('only raw disks make no checkpoint; neither does a backup that asks for no increments', () => {
  const [draft, begin] = effectsOf({ ...auto, disks: ['vdb'] }, having());
  expect(draft).not.toHaveProperty('checkpoint');
  expect(contentsIn(begin!)).toHaveLength(1);
  const { incremental: _none, ...full } = auto;
  expect(contentsIn(effectsOf(full, having())[1]!)).toHaveLength(1);
  expect(backupBeginStep.phases(full as never).map(({ name }) => name)).not.toContain('retire');
});

describe('the checkpoints that are retired', () => {
  const retired = (params: object, state: HostState) =>
    backupBeginStep
      .phases(params as never)
      .at(-1)!
      .effects(state, state)
      .flatMap((effect) =>
        effect.tool === 'retire-checkpoints' ? [effect.checkpoints, effect.records] : [],
      );

  test('are those of all earlier backups; the one that a plan names stays', () => {
    expect(retired(auto, having())).toEqual([['sunday', 'monday'], {}]);
    expect(retired({ ...auto, incremental: 'sunday' }, having())).toEqual([['monday'], {}]);
  });

  test('whose bitmap is missing lose their record only', () => {
    const both = ['sunday', 'monday'];
    expect(retired(auto, having('missing'))).toEqual([both, { sunday: '', monday: '' }]);
  });

  test('with a bitmap among others that is missing are deleted without it', () => {
    const two = having(1, {
      disks: [disk('vda', [SNAP2]), disk('vdb', [SNAP1])],
      checkpoints: ['monday'],
      tracking: [tracked('monday', 'missing', { target: 'vdb', bitmap: 'monday', next: 1 })],
    });
    const [names, records] = retired(auto, two) as [string[], Record<string, string>];
    expect(names).toEqual(['monday']);
    expect(records['monday']).toContain("<disk name='vdb' checkpoint='bitmap' bitmap='monday'/>");
    expect(records['monday']).not.toContain('vda');
  });

  test('are not those of others, of another time, or of a disk that this backup leaves out', () => {
    const foreign = tracked('weekly', 1);
    const again = { ...tracked('monday', 1), created: 7 };
    const domain = { checkpoints: ['weekly', 'monday'], tracking: [foreign, again] };
    expect(retired(auto, having(1, domain))).toEqual([]);
    const two = having(1, {
      disks: [disk('vda', [SNAP2]), disk('vdb', [SNAP1])],
      checkpoints: ['monday'],
      tracking: [tracked('monday', 1, { target: 'vdb', bitmap: 'monday', next: 1 })],
    });
    expect(retired({ ...auto, disks: ['vda'] }, two)).toEqual([]);
    expect(retired(auto, two)).toEqual([['monday'], {}]);
  });
});

test('the rollback deletes the checkpoint before the draft, which says whose it is', () => {
  const { phase, before, after } = phaseDone(backupBeginStep, auto, having(), 'copy');
  expect(rollbackLines(phase, before, after)).toEqual([
    'virsh checkpoint-delete --domain testvm --checkpointname tuesday  (delete the checkpoint with its bitmaps)',
    'rm -r /backup/testvm/tuesday.partial  # once proven to belong to this run  (remove the folder of the backup)',
  ]);
  const effects = phase.effects(before, before);
  const dead = guestDies(effects.reduce(apply, simulatedHostOf(having())));
  const files = Object.keys(after.files);
  expect(rollbackLines(phase, before, observedState(dead, files))).toEqual([
    `qemu-img bitmap --remove -f qcow2 ${SNAP2} tuesday  (remove the bitmap of vda, if QEMU has saved it; bytes 0)`,
    'virsh checkpoint-delete --domain testvm --checkpointname tuesday --metadata  (remove the record of the checkpoint)',
    'rm -r /backup/testvm/tuesday.partial  # once proven to belong to this run  (remove the folder of the backup)',
  ]);
});
