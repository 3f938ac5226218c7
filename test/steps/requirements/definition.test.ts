/** Disks that move need a definition that follows them: the refused cases and their findings. */
import { describe, expect, test } from 'vitest';
import { withPersistentSources } from '../../../src/model/defined-disks.ts';
import { readDomainXml } from '../../../src/model/domain-xml.ts';
import { type Disk, diskOf, type HostState } from '../../../src/model/host-state.ts';
import {
  checkPaired,
  otherTarget,
  requireDefinitionFollows,
} from '../../../src/steps/requirements/definition.ts';
import { definitionXml, disk, world } from '../../worlds.ts';
import { refusal } from '../refusal.ts';
import { required, withoutBlocks } from '../required.ts';

const HOT = ['/hot/top.qcow2', '/hot/base.qcow2'];
const UUID = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';

type Defined = Readonly<Record<string, string | undefined>>;

function xml(disks: Defined): string {
  const all = Object.entries(disks).map(([target, file]) => ({
    ...{ target, device: 'disk' as const, type: 'file', file, format: 'qcow2', readonly: false },
  }));
  return definitionXml('testvm', UUID, all);
}

/** A guest with vda, and vdb on `HOT`. */
function guest(disks: Defined, live = [disk('vda', ['/i/a.qcow2']), disk('vdb', HOT)]): HostState {
  const definition = xml(disks);
  const paired = withPersistentSources(live, readDomainXml(definition).disks) as Disk[];
  return world({ disks: paired, others: [], domain: { definition, uuid: UUID } });
}

const check = (seen: HostState, ...hint: string[]) =>
  withoutBlocks(checkPaired(seen, diskOf(seen, 'vdb')!, ['diskspec', 1], ...hint));
const unpaired = (message: string, hint: string) => [
  refusal('BP100', ['diskspec', 1], message, hint),
];

describe('a disk', () => {
  test.each([
    ['that the definition also has', { vda: '/i/a.qcow2', vdb: HOT[0] }],
    ['that the definition has on another file', { vda: '/i/a.qcow2', vdb: '/elsewhere' }],
    ['beside one for the next start', { vda: '/i/a.qcow2', vdb: HOT[0], vdd: '/next.qcow2' }],
  ])('%s may move', (_what, defined) => {
    expect(check(guest(defined))).toEqual([]);
  });

  test.each([HOT[0]!, HOT[1]!])(
    'that the definition has under another target, on %s, may not move',
    (file) => {
      const hint = 'give the disk the same target in both: virsh edit testvm';
      expect(check(guest({ vda: '/i/a.qcow2', vdc: file }))).toEqual(
        unpaired(
          `the definition names ${file} for vdc, but the running guest has it as vdb: the definition would keep naming that file`,
          hint,
        ),
      );
    },
  );

  test('that the definition lacks has a hint with the command that attaches it', () => {
    const message =
      'the definition has no disk vdb: once the guest stops, nothing records which file holds its writes';
    const plug = 'virsh attach-disk testvm /hot/top.qcow2 vdb --subdriver qcow2 --config';
    expect(check(guest({ vda: '/i/a.qcow2' }))).toEqual(
      unpaired(message, `choose another disk, or add vdb to the definition first: ${plug}`),
    );
    expect(check(guest({ vda: '/i/a.qcow2' }), 'let it be')).toEqual(
      unpaired(message, `let it be, or add vdb to the definition first: ${plug}`),
    );
  });

  test('that the definition has without a file has a hint to edit it', () => {
    expect(check(guest({ vda: '/i/a.qcow2', vdb: undefined }))).toEqual(
      unpaired(
        'the definition names no file for vdb: once the guest stops, nothing records which file holds its writes',
        'choose another disk, or add vdb to the definition first: virsh edit testvm',
      ),
    );
  });

  test('of a domain without a definition may move', () => {
    const transient = world({ domain: { persistent: false } });
    expect(checkPaired(transient, diskOf(transient, 'vdb')!, 'disk')).toEqual([]);
  });

  test('of a domain that is temporarily transient is compared with the kept definition', () => {
    const kept = { definition: xml({ vda: '/i/a.qcow2' }), autostart: false };
    const transient = world({
      disks: [disk('vda', ['/i/a.qcow2']), disk('vdb', HOT)],
      domain: { persistent: false, kept: { ...kept, snapshots: [], checkpoints: [] } },
    });
    expect(check(transient).map(({ code }) => code)).toEqual(['BP100']);
  });
});

describe('another disk of the definition', () => {
  const on = (defined: Defined, files: readonly string[], live?: Disk[]) =>
    otherTarget(guest(defined, live), 'vdb', files);

  test('is found by any of the files', () => {
    expect(on({ vdb: HOT[0], vdc: HOT[1] }, HOT)).toEqual({ target: 'vdc', file: HOT[1] });
    expect(on({ vdb: HOT[0], vdc: '/c', vdd: HOT[1] }, HOT)).toEqual({
      ...{ target: 'vdd', file: HOT[1] },
    });
  });

  test('is neither the disk itself, nor one without a file, nor one on other files', () => {
    expect(on({ vdb: HOT[0] }, HOT)).toBeUndefined();
    expect(on({ vdb: HOT[1] }, HOT)).toBeUndefined();
    expect(on({ vdb: HOT[0], vdc: undefined }, HOT)).toBeUndefined();
    expect(on({ vdb: HOT[0], vdc: '/c' }, HOT)).toBeUndefined();
  });

  test('is not one that has the same file in the running guest', () => {
    const both = [disk('vdb', HOT), disk('vdc', [HOT[1]!])];
    expect(on({ vdb: HOT[0], vdc: HOT[1] }, HOT, both)).toBeUndefined();
    const apart = [disk('vdb', HOT), disk('vdc', ['/c'])];
    expect(on({ vdb: HOT[0], vdc: HOT[1] }, HOT, apart)).toEqual({ target: 'vdc', file: HOT[1] });
  });
});

describe('a pivot', () => {
  const stated = (defined: Defined) => {
    const seen = guest(defined);
    return required((needs) =>
      requireDefinitionFollows(needs, seen, diskOf(seen, 'vdb')!, 'let it be'),
    );
  };
  const texts = [
    'the definition of the guest, if it has one, names the file that vdb is on [domain]',
  ];

  test('is allowed with a definition that names the active file', () => {
    expect(stated({ vda: '/i/a.qcow2', vdb: HOT[0] })).toMatchObject({ texts, findings: [] });
  });

  test('is refused with a definition that names another file', () => {
    expect(stated({ vda: '/i/a.qcow2', vdb: '/elsewhere' })).toMatchObject({
      texts,
      findings: [
        refusal(
          'BP119',
          ['disk'],
          'the persistent definition names /elsewhere for vdb, but the running guest writes to /hot/top.qcow2: libvirt would silently leave the definition stale',
          'make them match first, with a redefine step',
        ),
      ],
    });
  });

  test('is refused with a definition that lacks the disk', () => {
    const { findings } = stated({ vda: '/i/a.qcow2' });
    expect(findings).toMatchObject([{ code: 'BP100', path: ['disk'] }]);
    expect(findings[0]?.hint).toMatch(/^let it be, or add vdb/);
  });
});
