/** Which disks a backup leaves out without lacking data. */
import { expect, test } from 'vitest';
import { lacksData, whyUnwritten } from '../../../src/model/left-out.ts';
import { DATA, disk, ISO } from '../../worlds.ts';

test('a disk that the guest can write to is left out for no reason of its own', () => {
  expect(whyUnwritten(disk('vdb', [DATA]))).toBeUndefined();
  expect(whyUnwritten(disk('sda', ['/dev/sdb'], { device: 'lun' }))).toBeUndefined();
  expect(whyUnwritten(disk('vdc', ['rbd:pool/image']))).toBeUndefined();
});

test.each([
  [disk('sda', [ISO], { device: 'cdrom', readonly: true }), 'it is a cdrom'],
  [disk('fda', [], { device: 'floppy' }), 'it is a floppy'],
  [disk('vdb', []), 'it has no medium'],
  [disk('vdb', [DATA], { readonly: true }), 'it is read-only'],
])(
  'a disk without writes has its reason, and a backup without it lacks nothing',
  (each, reason) => {
    expect(whyUnwritten(each)).toBe(reason);
    expect(lacksData(reason)).toBe(false);
  },
);

test('any other reason means that a backup lacks data, also one that this version does not know', () => {
  for (const reason of ['the plan does not list it', 'it is a tape', 'it is read-only now', ''])
    expect(lacksData(reason), reason).toBe(true);
});
