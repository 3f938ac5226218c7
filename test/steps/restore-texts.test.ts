/** The texts of `restore`. */
import { expect, test } from 'vitest';
import { restoreStep } from '../../src/steps/restore.ts';
import { stored, storedDisk, storeOf } from '../stored.ts';
import { disk, SNAP1 } from '../worlds.ts';
import {
  all,
  both,
  broken,
  finding,
  foreign,
  latest,
  MiB,
  missing,
  off,
  STORE,
  VDA,
  WEEK,
} from './restore-scenes.ts';
import { phaseLines, refusalLines, requirementLines } from './shown.ts';

test('its requirements, and the space it takes', () => {
  expect(requirementLines(restoreStep, all, off())).toMatchInlineSnapshot(`
    [
      "the guest is off [told state]",
      "the domain has no managed save image [told managed-save]",
      "/backup/testvm has the backup tuesday of this guest [store /backup/testvm]",
      "the restored files are outside the store [file /new]",
      "the definition has the disks of the backup tuesday, and their images are complete [domain]",
      "/new/testvm-tuesday-vda.qcow2 does not exist [file /new/testvm-tuesday-vda.qcow2]",
      "the folder of /new/testvm-tuesday-vda.qcow2 exists, is writable and has enough free space [folder /new/testvm-tuesday-vda.qcow2]",
      "no other domain uses /new/testvm-tuesday-vda.qcow2 [others]",
      "/new/testvm-tuesday-vda.qcow2 belongs to no disk of the guest [domain]",
    ]
  `);
  expect(restoreStep.products(all, off())).toEqual([
    { file: VDA, copied: 31 * MiB, room: 31 * MiB, least: 4096 },
  ]);
  expect(restoreStep.reads?.(all, off())).toEqual([
    `${STORE}/tuesday/vda.qcow2`,
    `${STORE}/monday/vda.qcow2`,
  ]);
});

test('its commands and its rollback', () => {
  expect(phaseLines(restoreStep, all, off())).toMatchInlineSnapshot(`
    [
      "stage: copy the disks of the backup into new files in /new, and verify them",
      "  qemu-img convert -p -W -m 8 -f qcow2 -O qcow2 /backup/testvm/tuesday/vda.qcow2 /new/testvm-tuesday-vda.qcow2  (copy vda of the backup; bytes 32505856)",
      "  # compare the checksums of /new/testvm-tuesday-vda.qcow2 with those of the backup  (make sure that the copy is what was backed up)",
      "  rollback: remove the new files",
      "    rm /new/testvm-tuesday-vda.qcow2  # once proven unused  (remove the file that the step created; made true)",
      "define: have the definition use the restored files",
      "  virsh define --file RUN/define.xml  (use the restored files from the next start on)",
      "  rollback: restore the former definition and remove the new files, unless the guest has written to them",
      "    # compare the checksums of /new/testvm-tuesday-vda.qcow2 with those of the backup  (make sure that the guest has not written to the restored file)",
      "    virsh define --file RUN/define.xml  (restore the definition)",
    ]
  `);
});

test('without the content of the store nothing is refused, and facts are', () => {
  const { stores: _unread, ...unread } = off();
  expect(refusalLines(restoreStep, all, unread)).toEqual([]);
  expect(refusalLines(restoreStep, all, { ...unread, untold: ['uri'] })).toMatchInlineSnapshot(`
    [
      "BP182 store: the facts do not include the backup store /backup/testvm -> preview the plan on the host, without facts",
    ]
  `);
});

const halfBroken = stored(
  'monday',
  [
    storedDisk('vda', { broken: missing }),
    storedDisk('vdb', { broken: { problem: 'vdb needs vda, which is missing', hint: 'copy it' } }),
  ],
  { findings: [finding('monday: the image of vdb is missing')] },
);
const device = (kind: 'cdrom' | 'lun') => off({ disks: [disk('vda', [SNAP1], { device: kind })] });
const twin = (name: string) =>
  stored(name, undefined, { point: { ...stored(name).point!, sequence: 7 } });

test('findings', () => {
  const lines = [
    [all, off({ domain: { state: 'running' } })],
    [all, off({ domain: { managedSave: true, checkpoints: ['cp1', 'cp2'] } })],
    [{ ...all, backup: 'tuesda' }, off()],
    [{ ...all, backup: 'friday' }, off()],
    [latest, off({}, storeOf([foreign]))],
    [all, off({}, storeOf([foreign]))],
    [all, off({}, storeOf([broken]))],
    [{ ...all, backup: 'monday', disks: ['vdb'] }, off({}, storeOf([halfBroken]))],
    [latest, off({}, storeOf([twin('monday'), twin('tuesday')]))],
    [all, off({ disks: [disk('vda', [VDA])], files: { [VDA]: null } })],
    [{ ...all, backup: 'wed' }, off({}, { ...WEEK, drafts: [stored('wed')] })],
    [{ ...all, disks: ['vdc', 'vd'] }, off()],
    [{ ...all, backup: 'monday' }, off()],
    [{ ...all, backup: 'monday', disks: ['vdb'] }, off()],
    [all, off({ disks: [disk('sda', [SNAP1], { readonly: true })] })],
    [all, device('cdrom')],
    [{ ...all, disks: ['vda'] }, device('lun')],
    [all, off({ disks: [disk('vda', [], { unsupported: ['<transient>'] })] })],
    [all, off({ disks: [disk('vda', [SNAP1], { unsupported: ['<transient>'] })] })],
    [all, off({ disks: both })],
    [
      all,
      off(
        { disks: both },
        storeOf([stored('tuesday', undefined, { left: { vdb: 'it is small' } })]),
      ),
    ],
    [all, off({ disks: [disk('vda', [SNAP1], { capacity: MiB })] })],
  ] as const;
  expect(
    lines.flatMap(([params, state]) => refusalLines(restoreStep, params, state)),
  ).toMatchInlineSnapshot(`
    [
      "BP162: the domain "testvm" is running: its disks can only be replaced while it is off -> shut it down: virsh shutdown testvm",
      "BP118: "testvm" has a managed save image: its memory does not fit the restored disks -> start and shut down the guest, or give up that memory: virsh managedsave-remove testvm",
      "BP167 (warning): "testvm" has checkpoints (cp1, cp2) whose bitmaps stay in the former files: the next backup of a restored disk is full -> make a backup soon after the next start; with "incremental: auto" it deletes the checkpoints that are no longer needed",
      "BP163 backup: /backup/testvm has no backup "tuesda" -> did you mean "tuesday"?",
      "BP163 backup: /backup/testvm has no backup "friday" -> see: blockplan backups /backup/testvm",
      "BP163 backup: /backup/testvm has no backup of this guest -> see: blockplan backups /backup/testvm",
      "BP165 backup: the backup tuesday is of another guest, web2 (other); "testvm" has the UUID 4dea22b3-1d52-d8f3-2516-782e98ab3fa0 -> name the store of this guest",
      "BP164 backup: tuesday: the image is missing -> name another backup",
      "BP164 disks.0: monday: vdb needs vda, which is missing -> copy it, or name another backup",
      "BP164 backup: it is unknown which backup is the newest: monday and tuesday have the same sequence number -> name a backup instead of "latest"",
      "BP106 dest: /new/testvm-tuesday-vda.qcow2 belongs to the guest's own disk vda -> choose another folder",
      "BP164 backup: the backup wed is incomplete: it is being made, or its run was interrupted -> name a complete backup, or finish its run first",
      "BP103 disks.0: the backup tuesday has no disk "vdc"; it has: vda -> did you mean "vda"?",
      "BP103 disks.1: the backup tuesday has no disk "vd"; it has: vda -> did you mean "vda"?",
      "BP103 backup: the domain "testvm" has no disk "vdb"; it has: vda -> list the disks to restore: \`disks: [vda]\`",
      "BP103 disks.0: the domain "testvm" has no disk "vdb"; it has: vda -> remove vdb from \`disks\`",
      "BP103 backup: the domain "testvm" has no disk "vda"; it has: sda -> name another backup",
      "BP104 backup: vda is a cdrom, not a disk: its medium is not restored -> name another backup",
      "BP104 disks.0: vda is a lun, whose source can only be a device -> remove vda from \`disks\`",
      "BP104 backup: vda has no source in the definition that a restored file could replace -> name another backup",
      "BP126 backup: vda has <transient>: libvirt discards all writes to it when the guest stops, and has no block jobs for it -> name another backup",
      "BP169 backup (warning): vdb is not in the backup tuesday: it keeps its present data, so the disks of the guest will be from different times -> use a backup of all disks; if the others do not depend on vdb: \`disks: [vda]\`",
      "BP169 backup (warning): vdb is not in the backup tuesday (left out: it is small): it keeps its present data, so the disks of the guest will be from different times -> use a backup of all disks; if the others do not depend on vdb: \`disks: [vda]\`",
      "BP166 backup (warning): vda has 1 MiB now, and had 10 GiB in the backup tuesday: the disk gets its former size again -> resize the restored image afterwards if the disk should keep its current size",
    ]
  `);
});
