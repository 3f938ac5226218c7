/** What a domain's checkpoints track, with virsh's answers recorded from libvirt 9.0.0. */
import { expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { ExaminedAnswers } from '../../../src/libvirt/examined-answers.ts';
import { surveyHost } from '../../../src/libvirt/survey.ts';
import { type HeadersByTop, readTracking } from '../../../src/libvirt/tracking.ts';
import { DomainBusy } from '../../../src/model/domain-busy.ts';
import type { DomainState } from '../../../src/model/host-state.ts';
import { disk, world } from '../../worlds.ts';
import { idOf, scripted } from './scripted-virsh.ts';

const TOP = '/nowhere/top.qcow2';

const dumped = (size: string) => `<domaincheckpoint>
  <name>c1</name>
  <parent>
    <name>c0</name>
  </parent>
  <creationTime>1764500000</creationTime>
  <disks>
    <disk name='vda' checkpoint='bitmap' bitmap='c1'${size}/>
    <disk name='vdb' checkpoint='no'/>
    <disk name='vdz' checkpoint='bitmap' bitmap='of-z'/>
  </disks>
</domaincheckpoint>
`;
const REFUSED = new Error('Timed out during operation: cannot acquire state change lock');

const libvirt = (size: string | Error) =>
  scripted(([verb, ...words]) => {
    if (verb === 'list') return '';
    if (verb !== 'checkpoint-dumpxml') return new Error(`unexpected ${verb}`);
    if (words.includes('--size')) return typeof size === 'string' ? dumped(size) : size;
    return dumped('');
  });

const guest = (state: DomainState) =>
  world({
    disks: [disk('vda', [TOP])],
    others: [],
    domain: { state, checkpoints: ['c1'], uuid: idOf('own') },
  });
const headers = (...inUse: boolean[]): HeadersByTop => ({
  [TOP]: {
    layers: [
      {
        ...{ file: TOP, format: 'qcow2', snapshots: [] },
        bitmaps: inUse.map((each) => ({ name: 'c1', inUse: each })),
      },
    ],
  },
});

async function nextOf(state: DomainState, size: string | Error, read: HeadersByTop) {
  const { domain } = guest(state);
  const [found] = await readTracking(libvirt(size), domain, read, new ExaminedAnswers());
  expect(found).toMatchObject({ name: 'c1', created: 1_764_500_000 });
  expect(found?.disks[1]).toEqual({ target: 'vdz', bitmap: 'of-z' });
  return found?.disks[0]?.next;
}

test.each([
  ['an intact bitmap', 'running', " size='65536'", headers(), 65_536],
  ['an intact bitmap of a paused guest', 'paused', " size='0'", headers(), 0],
  ['one that QEMU does not trust', 'running', '', headers(true), 'inconsistent'],
  ['one that was removed', 'running', '', headers(), 'missing'],
  [
    'one that virsh cannot size',
    'running',
    new Error('unsupported flags (0x8)'),
    headers(),
    undefined,
  ],
  ['a saved one of a guest that is off', 'shut off', '', headers(false), undefined],
  ['one of a QEMU that was killed', 'shut off', '', headers(true), 'inconsistent'],
  ['one that was never saved', 'shut off', '', headers(), 'missing'],
  ['one in an image that was not read', 'shut off', '', {}, undefined],
] as const)('%s', async (_title, state, size, read, next) => {
  expect(await nextOf(state, size, read)).toBe(next);
});

test('a survey adds it where there are checkpoints, and fails while the domain is held', async () => {
  const { domain } = await surveyHost(localHost, libvirt(" size='7'"), guest('running'), []);
  expect(domain.tracking?.[0]?.disks[0]).toEqual({ target: 'vda', bitmap: 'c1', next: 7 });
  const bare = await surveyHost(localHost, libvirt(''), world({ others: [] }), []);
  expect(bare.domain).not.toHaveProperty('tracking');
  await expect(surveyHost(localHost, libvirt(REFUSED), guest('running'), [])).rejects.toThrow(
    DomainBusy,
  );
  const users = { usersOnly: true } as const;
  const quick = await surveyHost(localHost, libvirt(REFUSED), guest('running'), [], users);
  expect(quick.domain).not.toHaveProperty('tracking');
});
