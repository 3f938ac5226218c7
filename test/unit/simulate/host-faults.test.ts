import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { type SimulatedHost, simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { apply } from '../../../src/simulate/host.ts';
import {
  daemonRestarts,
  guestDies,
  guestStarts,
  jobsDie,
  lostAtNextStart,
  lostWrites,
  powerFails,
} from '../../../src/simulate/host-faults.ts';
import { observedState } from '../../../src/simulate/observed-host.ts';
import { qemuImgEffect } from '../../effects.ts';
import { BASE, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';
import {
  blockjob,
  commit,
  copy,
  DEST,
  filesOn,
  hostAfter,
  overlay,
  ready,
  virsh,
} from './host-after.ts';

const COPY = ['blockcopy', '--domain', 'testvm', '--path', 'vda'] as const;

function below(file: string, more = ''): string {
  return `<backingStore type='file'><format type='qcow2'/><source file='${file}'/>${more}</backingStore>`;
}

describe('on a simulated host', () => {
  test('a guest that dies is as defined, or gone if it was transient', () => {
    const died = guestDies(hostAfter(copy(), ready('vda')));
    expect(died.state.domain).toMatchObject({ state: 'shut off', persistent: true, agent: false });
    expect(filesOn(died)).toEqual([SNAP2]);
    expect(died.state.domain.disks[0]?.job).toBeUndefined();
    const transient = hostAfter(
      { tool: 'keep-definition', why: 'test' },
      virsh('undefine', '--domain', 'testvm'),
    );
    const gone = powerFails(transient);
    expect(gone.state.domain).toMatchObject({ state: 'gone', persistent: false, disks: [] });
    expect(lostAtNextStart(gone)).toEqual([]);
    expect(lostAtNextStart(guestDies(hostAfter(virsh('undefine', '--domain', 'testvm'))))).toEqual([
      'the definition itself',
    ]);
    expect(guestDies(gone)).toBe(gone);
  });

  test('a job that dies leaves its file, and the guest on its former file', () => {
    const host = jobsDie(hostAfter(copy(), ready('vda')));
    expect(host.state.domain.disks[0]?.job).toBeUndefined();
    expect(host.state.files[DEST]).not.toBeNull();
    expect(() => apply(host, ready('vda'))).toThrow(EffectFailed);
    const ended: Effect = {
      tool: 'await-job',
      disk: 'vda',
      until: 'ended',
      why: 'test',
      timeoutMs: 1,
    };
    expect(apply(host, ended)).toBe(host);
    expect(() => apply(guestDies(host), ended)).toThrow(EffectFailed);
  });

  test('a restarted daemon finds everything again', () => {
    const host = hostAfter(copy(), ready('vda'));
    expect(observedState(daemonRestarts(host), [DEST])).toEqual(observedState(host, [DEST]));
  });

  test('a restarted daemon writes the chain into the definition at a pivot, which it would otherwise only find in headers', () => {
    const host = hostAfter(copy('--shallow'), ready('vda'));
    const layers = (each: SimulatedHost) =>
      apply(each, blockjob('--pivot')).state.domain.definition?.match(/<backingStore/g)?.length;
    expect(layers(host)).toBeUndefined();
    expect(layers(daemonRestarts(host))).toBe(3);
  });

  test('a daemon that restarts during a copy into an existing file writes its chain into the definition', () => {
    const there = { [DEST]: { size: 1, format: 'qcow2' } };
    const { state } = hostAfter();
    const copied = [
      copy('--shallow', '--reuse-external', '--format', 'qcow2'),
      ready('vda'),
    ].reduce(apply, { ...hostAfter(), state: { ...state, files: { ...state.files, ...there } } });
    const layers = (each: SimulatedHost) =>
      apply(each, blockjob('--pivot')).state.domain.definition?.match(/<backingStore/g)?.length;
    expect(layers(copied)).toBeUndefined();
    expect(layers(daemonRestarts(copied))).toBe(3);
  });

  test('a restarted daemon writes the end below a base, which libvirt 11.3 omits for a base from a header', () => {
    const start = hostAfter();
    const { host } = start.state;
    const committed = [commit(), ready('vda')].reduce(apply, {
      ...start,
      state: { ...start.state, host: { ...host, libvirt: '11.3.0' } },
    });
    const ends = (each: SimulatedHost) =>
      apply(each, blockjob('--pivot')).state.domain.definition?.includes('<backingStore/>');
    expect(ends(committed)).toBe(false);
    expect(ends(daemonRestarts(committed))).toBe(true);
  });

  // The definitions that libvirt 9.0.0 and 11.3.0 have in the lab after these commands.
  describe.each(['9.0.0', '11.3.0'])(
    'the end of the chain in the definition of libvirt %s',
    (libvirt) => {
      const on = (...effects: readonly Effect[]) => from(hostAfter(), ...effects);
      const from = ({ state, ...start }: SimulatedHost, ...effects: readonly Effect[]) => {
        const host = { ...start, state: { ...state, host: { ...state.host, libvirt } } };
        const { definition = '' } = effects.reduce(apply, host).state.domain;
        return definition.includes('<backingStore/>');
      };
      const committed = [commit(), ready('vda'), blockjob('--pivot')];
      const pulled = (...more: string[]) => [
        virsh('blockpull', '--domain', 'testvm', '--path', 'vda', ...more),
        { ...ready('vda'), until: 'ended' } as Effect,
      ];
      const above = [overlay('/new/a'), overlay('/new/b')];

      test('is below a base that holds all layers, unless a newer libvirt leaves it out', () => {
        expect(on(...committed)).toBe(libvirt === '9.0.0');
        expect(on(...committed, ...above)).toBe(libvirt === '9.0.0');
        expect(on(...committed, ...above, ...pulled('--base', BASE))).toBe(libvirt === '9.0.0');
      });

      test('is below the layers that a shallow copy shares, unless a newer libvirt found it', () => {
        const shared = [overlay('/new/a'), copy('--shallow'), ready('vda'), blockjob('--pivot')];
        expect(on(...pulled(), ...shared)).toBe(true);
        const single = world({ disks: [disk('vda', [BASE])] });
        const start = simulatedHostOf(looked(single, [DEST]));
        expect(from(start, ...shared)).toBe(libvirt === '9.0.0');
      });

      test('is written when a pull takes that base out of the chain', () => {
        expect(on(...committed, ...above, ...pulled())).toBe(true);
      });

      test('is not written by a pull of a chain whose end the definition never had', () => {
        expect(on(...pulled())).toBe(false);
        expect(on(...above, ...pulled())).toBe(false);
        const lower = [commit('--shallow'), ready('vda'), blockjob('--pivot')];
        expect(on(...lower, ...above, ...pulled())).toBe(false);
      });
    },
  );

  test('a domain that was undefined is persistent again if libvirt had saved its definition', () => {
    const undefining = virsh('undefine', '--domain', 'testvm');
    const pivot = [copy('--shallow'), ready('vda'), blockjob('--pivot')];
    expect(daemonRestarts(hostAfter(undefining)).state.domain.persistent).toBe(false);
    const restarted = daemonRestarts(hostAfter(undefining, ...pivot)).state.domain;
    expect(restarted).toMatchObject({ state: 'running', persistent: true, autostart: false });
    expect(restarted.disks[0]?.persistentSource).toBe(DEST);
    const off = powerFails(hostAfter(undefining, copy()));
    expect(off.state.domain).toMatchObject({ state: 'shut off', persistent: true });
    const { files } = hostAfter().state;
    const there = { [DEST]: { size: 1, format: 'qcow2' } };
    const reused = [undefining, copy('--reuse-external', '--format', 'qcow2')].reduce(apply, {
      ...hostAfter(),
      state: { ...hostAfter().state, files: { ...files, ...there } },
    });
    expect(powerFails(reused).state.domain).toMatchObject({ state: 'gone', persistent: false });
    const again = virsh('define', '--file', {
      file: 'x',
      content: hostAfter().state.domain.definition ?? '',
    });
    expect(hostAfter(undefining, copy(), again).shadow).toBeUndefined();
  });

  test('a guest that is marked for autostart starts from its definition after a power failure', () => {
    const moved = powerFails(hostAfter(copy('--shallow'), ready('vda'), blockjob('--pivot')));
    expect(moved.state.domain.state).toBe('running');
    expect(filesOn(moved)).toEqual([DEST, SNAP1, BASE]);
    expect(lostWrites(moved)).toEqual([]);
    const off = powerFails(hostAfter(virsh('autostart', '--domain', 'testvm', '--disable')));
    expect(off.state.domain.state).toBe('shut off');
    const gone = { ...off, state: { ...off.state, files: { ...off.state.files, [BASE]: null } } };
    expect(guestStarts(gone)).toBe(gone);
  });

  test('the base of a cancelled commit stays locked, and cannot be copied while the guest runs', () => {
    const host = hostAfter(commit('--shallow'), ready('vda'), blockjob('--abort'));
    const convert = qemuImgEffect(
      ['convert', '-p', '-W', '-m', '8', '-O', 'qcow2', SNAP1, '/new/copy'],
      { bytes: 0 },
    );
    expect(() => apply(host, convert)).toThrow('Failed to get shared "write" lock');
    expect(apply(guestDies(host), convert).state.files['/new/copy']).toBeTruthy();
    const overlaid = { ...host.headers, [DEST]: SNAP1 };
    const there = { ...host.state.files, [DEST]: { size: 1, format: 'qcow2' } };
    const reused = { ...host, headers: overlaid, state: { ...host.state, files: there } };
    const copied = [copy('--shallow', '--reuse-external', '--format', 'qcow2'), ready('vda')];
    expect(() => apply(copied.reduce(apply, reused), blockjob('--pivot'))).toThrow(EffectFailed);
  });

  test('a raw base is not locked after a cancelled commit', () => {
    const raw = simulatedHostOf(looked(world({ disks: [disk('vda', [SNAP2, BASE])] }), [DEST]));
    const host = { ...raw, formats: { ...raw.formats, [BASE]: 'raw' } };
    const after = [commit(), ready('vda'), blockjob('--abort')];
    expect(after.reduce(apply, raw).held).toEqual([BASE]);
    expect(after.reduce(apply, host).held).toEqual([]);
  });

  test('a snapshot of a guest that is off puts the definition on the overlays', () => {
    const off = guestDies(hostAfter());
    const spec = 'vda,snapshot=external,driver=qcow2,file=/new/overlay';
    const words = [
      ...['snapshot-create-as', '--domain', 'testvm', '--name', 's'],
      ...['--no-metadata', '--diskspec', spec],
    ];
    expect(() => apply(off, virsh(...words))).toThrow(EffectFailed);
    // A guest that is off needs no freeze.
    const host = apply(off, virsh(...words, '--disk-only', '--quiesce'));
    expect(filesOn(host)).toEqual(['/new/overlay']);
    expect(lostAtNextStart(host)).toEqual([]);
  });

  test.each([
    ['names no layer below', '', ''],
    ['states the end of the chain', '<backingStore/>', ''],
    ['names one layer below', below(SNAP1), below(SNAP2, below(SNAP1))],
    [
      'names all layers and the end',
      below(SNAP1, below(BASE, '<backingStore/>')),
      below(SNAP2, below(SNAP1, below(BASE, '<backingStore/>'))),
    ],
  ])(
    'of a guest that is off, a definition that %s keeps that below an overlay',
    (_what, said, kept) => {
      const off = guestDies(hostAfter());
      const { definition = '' } = off.state.domain;
      const content = definition.replace("<target dev='vda'", `${said}$&`);
      const defined = apply(off, virsh('define', '--file', { file: 'x', content }));
      const spec = 'vda,snapshot=external,driver=qcow2,file=/new/overlay';
      const host = apply(
        defined,
        virsh(
          ...['snapshot-create-as', '--domain', 'testvm', '--name', 's'],
          ...['--disk-only', '--diskspec', spec],
        ),
      );
      const text = /<disk[\s\S]*?<\/disk>/.exec(host.state.domain.definition ?? '')?.[0] ?? '';
      const source = "<source file='/new/overlay'/>";
      expect(text.replace(/\s*\n\s*/g, '')).toContain(`${source}${kept}<target dev='vda'`);
    },
  );

  test.each<[string, () => unknown]>([
    ['a copy of a persistent domain', () => apply(hostAfter(), virsh(...COPY, '--dest', DEST))],
    [
      'a copy over a file',
      () => apply(hostAfter(), virsh(...COPY, '--dest', BASE, '--transient-job')),
    ],
    ['a second job', () => apply(hostAfter(copy()), commit())],
    ['a pivot too early', () => apply(hostAfter(copy()), blockjob('--pivot'))],
    ['a snapshot beside a job', () => apply(hostAfter(copy()), overlay('/new/overlay'))],
    ['another domain', () => apply(hostAfter(), virsh('undefine', '--domain', 'other'))],
    [
      'a file over a file',
      () => apply(hostAfter(), { tool: 'make-file', file: BASE, why: 'test' }),
    ],
    [
      'the removal of a layer',
      () => apply(hostAfter(), { tool: 'remove-file', file: BASE, why: 'test' }),
    ],
  ])('%s is refused', (_what, act) => {
    expect(act).toThrow(EffectFailed);
  });

  test('a command that no step uses is a bug', () => {
    const destroy = { tool: 'virsh', verb: 'destroy', args: { domain: 'testvm' }, why: 'test' };
    expect(() => apply(hostAfter(), destroy as Effect)).toThrow('no step uses virsh destroy');
  });
});
