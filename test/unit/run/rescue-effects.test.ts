/** What a rescue does to the host, what it does after a refusal, and which disks it reports. */
import { describe, expect, test } from 'vitest';
import type { PerformContext } from '../../../src/commands/driver.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { type HostState, withDomain } from '../../../src/model/host-state.ts';
import { contradictions, differences } from '../../../src/run/compare.ts';
import type { LostDefinition } from '../../../src/run/lost-definition.ts';
import { rescueDomain } from '../../../src/run/rescue.ts';
import { DriverDouble, type Injection } from '../../driver-double.ts';
import {
  AGAIN,
  back,
  bare,
  before,
  COPY,
  gone,
  kept,
  lost,
  moved,
  rescued,
  transient,
} from '../../lost-definitions.ts';
import { lost as connectionLost } from '../../troubled-runs.ts';
import { DATA, definitionXml, SNAP2, world } from '../../worlds.ts';

const SNAPSHOT = { name: 'monday', xml: '<domainsnapshot><name>monday</name></domainsnapshot>' };

describe('a rescue', () => {
  const unmarkedDomain = { ...kept, autostart: false };

  test.each<readonly [string, LostDefinition, HostState, readonly string[]]>([
    ['defines the domain and enables autostart again', lost(), transient, ['define', 'autostart']],
    [
      'only enables autostart if the definition is back',
      lost(),
      withDomain(back, { autostart: false }),
      ['autostart'],
    ],
    [
      'enables no autostart that the domain did not have',
      lost({ kept: unmarkedDomain }),
      transient,
      ['define'],
    ],
    ['enables no autostart while it is unknown what is newest', bare(), gone, ['define']],
    [
      'leaves a definition alone that cannot be read',
      lost(),
      withDomain(transient, { persistent: true }),
      [],
    ],
  ])('%s', async (_title, of, host, verbs) => {
    const { asked } = await rescued(of, host);
    expect(asked.map((effect) => 'verb' in effect && effect.verb)).toEqual(verbs);
  });

  test('writes the definition to the folder that it was given', async () => {
    const driver = new DriverDouble(transient);
    const folders: string[] = [];
    driver.perform = async (_effect, { folder }: PerformContext) => {
      folders.push(folder);
    };
    await rescueDomain(lost(), driver, '/run');
    expect(folders).toEqual(['/run', '/run']);
  });
});

describe('a refusal', () => {
  const refusing = async (of: LostDefinition, at: number) => {
    const injections: Injection[] = [{ at, fault: 'refused' }];
    return rescueDomain(of, new DriverDouble(transient, injections), '/run');
  };

  test('of the definition is reported with its reason', async () => {
    expect(await refusing(lost(), 0)).toMatchObject({
      outcome: 'stranded',
      state: ['"testvm" has no definition: libvirt rejects the saved one: the host says no'],
    });
  });

  test('of metadata is reported with its reason, and the rest is restored', async () => {
    expect(await refusing(lost({ kept: { ...kept, snapshots: [SNAPSHOT] } }), 2)).toMatchObject({
      ...{ outcome: 'in doubt', whole: false },
      state: [
        AGAIN,
        'could not restore the metadata of snapshot monday: the host says no',
        'the metadata of snapshot monday was not restored',
        'also restored: autostart',
      ],
    });
  });

  test.each([
    ['a lost connection', connectionLost()],
    ['a bug', new TypeError('a bug')],
  ])('is something else than %s, which is thrown', async (_what, error) => {
    const driver = new DriverDouble(transient);
    driver.perform = async () => {
      throw error;
    };
    await expect(rescueDomain(lost(), driver, '/run')).rejects.toBe(error);
    driver.perform = async () => {
      throw new EffectFailed('no');
    };
    expect(await rescueDomain(lost(), driver, '/run')).toMatchObject({ outcome: 'stranded' });
  });
});

describe('of a guest with disks of every kind', () => {
  const FLOPPY = '/images/floppy.img';
  const LUN = '/dev/lun0';
  const SHARED = '/images/shared.img';
  const each = { device: 'disk', type: 'file', format: 'raw', readonly: false } as const;
  const definition = definitionXml('testvm', gone.domain.uuid, [
    { ...each, target: 'vda', file: SNAP2, format: 'qcow2' },
    { ...each, target: 'sda', file: LUN, device: 'lun', type: 'block' },
    { ...each, target: 'fda', file: FLOPPY, device: 'floppy' },
    { ...each, target: 'vdb', file: SHARED, readonly: true },
    { ...each, target: 'vdc', file: undefined },
  ]);
  const of = bare({ kept: { ...kept, definition } });

  test('those that it writes to are reported', async () => {
    const { next, state } = await rescued(of, gone);
    expect(next).toEqual([
      `qemu-img info --backing-chain ${SNAP2}`,
      `qemu-img info --backing-chain ${LUN}`,
      'virsh autostart testvm',
      'blockplan doctor testvm',
    ]);
    expect(state.filter((text) => text.includes('unknown where'))).toEqual([
      expect.stringMatching(/^vda: .* names \/export\/vmimages\/testvm.snap2, /),
      expect.stringMatching(/^sda: .* names \/dev\/lun0, /),
    ]);
  });

  test('all of their files are observed at the end, and nothing that is no file', async () => {
    const remote = `<disk type='network' device='disk'><source protocol='rbd' name='pool/x'/><target dev='vdd'/></disk>`;
    const xml = definition.replace('</devices>', `${remote}</devices>`);
    const driver = new DriverDouble(gone);
    const observe = driver.observe.bind(driver);
    const observed: (readonly string[])[] = [];
    driver.observe = async (files) => {
      observed.push(files);
      return observe(files);
    };
    await rescueDomain(bare({ kept: { ...kept, definition: xml } }), driver, '/run');
    expect(observed).toEqual([[], [SNAP2, LUN, FLOPPY, SHARED]]);
  });
});

test('files to compare are those of the disks that the guest writes to, wherever it was seen', async () => {
  const two = world();
  const xml = two.domain.definition ?? '';
  const of = lost({
    ...{ kept: { ...kept, definition: xml }, initial: two, lastUp: [two, moved(two)] },
  });
  const { outcome, next, state } = await rescued(of, gone);
  expect(outcome).toBe('in doubt');
  expect(next.filter((command) => command.startsWith('qemu-img'))).toEqual(
    [SNAP2, DATA, COPY].map((file) => `qemu-img info --backing-chain ${file}`),
  );
  expect(state.join('\n')).not.toContain('the guest last wrote to');
});

describe('a guest of which neither an event nor its log shows that it stopped here', () => {
  const doubt = expect.stringContaining('"testvm" may run on another host');
  const unseen = withDomain(gone, { stopUnseen: true });

  test('is defined, but not marked for autostart, and its start is not advised', async () => {
    const { outcome, whole, state, next, asked } = await rescued(lost(), unseen);
    expect(asked.map((each) => 'verb' in each && each.verb)).toEqual(['define']);
    expect([outcome, whole]).toEqual(['in doubt', false]);
    expect(state).toContainEqual(doubt);
    expect(next).toEqual([
      'virsh list --all',
      'virsh autostart testvm',
      'blockplan resume r',
      'blockplan rollback r',
    ]);
  });

  test('nor is one whose run was on another host, if its file is named', async () => {
    const far = lost({ ranOn: { host: 'host2' }, elsewhere: 'host2' });
    const { outcome, state, next, asked } = await rescued(far, gone);
    expect(asked.map((each) => 'verb' in each && each.verb)).toEqual(['define']);
    expect(outcome).toBe('in doubt');
    expect(state).toContainEqual(
      expect.stringContaining('the run was on host2, so "testvm" may still run there'),
    );
    expect(next[0]).toBe('ssh host2 virsh list --all');
  });

  test('is reported at the end of a run', () => {
    const off = withDomain(before, { state: 'shut off', stopUnseen: true });
    expect(differences(before, off)).toEqual(['the guest is shut off; it was running', doubt]);
    expect(contradictions(before, off)).toEqual(['the guest is shut off; it was running', doubt]);
    const known = withDomain(off, { guestLog: '/var/log/libvirt/qemu/testvm.log' });
    expect(differences(before, known)).toContainEqual(
      expect.stringContaining('if this user cannot read /var/log/libvirt/qemu/testvm.log, see as'),
    );
  });

  test('is not marked by a second rescue either', async () => {
    const off = withDomain(back, { state: 'shut off', autostart: false, stopUnseen: true });
    const { outcome, whole, state, next, asked } = await rescued(lost(), off);
    expect(asked).toEqual([]);
    expect([outcome, whole]).toEqual(['in doubt', false]);
    expect(state).toContainEqual(doubt);
    expect(next[0]).toBe('virsh list --all');
  });
});
