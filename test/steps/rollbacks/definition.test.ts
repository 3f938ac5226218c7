/** The definition of the next start names the files that the guest was seen on. */
import { describe, expect, test } from 'vitest';
import { setDiskSource } from '../../../src/model/domain-xml.ts';
import { type HostState, withDisk, withDomain } from '../../../src/model/host-state.ts';
import { definitionOnMovedDisks } from '../../../src/steps/rollbacks/definition.ts';
import { DATA, disk, world } from '../../worlds.ts';

describe('a definition on the files that disks have moved to', () => {
  const two = world();
  const xml = two.domain.definition ?? '';
  const seen = withDisk(two, 'vdb', (each) => ({ ...each, chain: disk('vdb', ['/x.img']).chain }));

  test.each<readonly [string, HostState, HostState, string]>([
    ['names the new file', two, seen, setDiskSource(xml, 'vdb', { file: '/x.img', format: 'raw' })],
    ['is unchanged if nothing has moved', two, two, xml],
    [
      'is unchanged if the file has another name',
      two,
      { ...seen, names: { '/x.img': 'i', [DATA]: 'i' } },
      xml,
    ],
    [
      'is unchanged for a disk without a file',
      two,
      withDisk(two, 'vdb', (each) => ({ ...each, chain: [] })),
      xml,
    ],
    [
      'is unchanged for another medium in a drive',
      two,
      withDisk(two, 'sda', (each) => ({ ...each, chain: disk('sda', ['/x.iso']).chain })),
      xml,
    ],
    [
      'is unchanged for a disk that was attached since, which it lacks',
      two,
      withDomain(two, { disks: [...two.domain.disks, disk('vdc', ['/x.img'])] }),
      xml,
    ],
    [
      'is unchanged for a disk that no step works on',
      two,
      withDisk(seen, 'vdb', (each) => ({ ...each, unsupported: ['<transient>'] })),
      xml,
    ],
    [
      'is unchanged for a disk that no step worked on',
      withDisk(two, 'vdb', (each) => ({ ...each, unsupported: ['<transient>'] })),
      seen,
      xml,
    ],
  ])('%s', (_title, was, now, wanted) => {
    expect(definitionOnMovedDisks(xml, was, now)).toBe(wanted);
  });
});
