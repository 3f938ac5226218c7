import { describe, expect, test } from 'vitest';
import { EffectFailed } from '../../../src/model/driver.ts';
import type { Argument, Effect } from '../../../src/model/effect.ts';
import { apply } from '../../../src/simulate/host.ts';
import { look, survey } from '../../../src/simulate/host-looks.ts';
import { guestWrites, hostOf, type SimulatedHost } from '../../../src/simulate/host-state.ts';
import { Identities } from '../../../src/simulate/identities.ts';
import {
  daemonRestarts,
  guestDies,
  jobsDie,
  lostAtNextStart,
  lostWrites,
  powerFails,
} from '../../../src/simulate/mishaps.ts';
import { readCommand } from '../../../src/simulate/virsh-words.ts';
import { VIRSH_OPTIONS } from '../../virsh-options.ts';
import { BASE, disk, frozen, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

const ids = new Identities();

/** Two hosts with the same key behave the same, whatever led to them. */
const keyOf = (host: SimulatedHost) => ids.of(host);

const DEST = '/new/copy.qcow2';

function virsh(...argv: readonly Argument[]): Effect {
  return { tool: 'virsh', argv, why: 'test' };
}

function ready(target: string): Effect {
  return { tool: 'await-job', disk: target, until: 'ready', why: 'test', timeoutMs: 1 };
}

const blockjob = (how: string) => virsh('blockjob', '--path', 'vda', how);
const copy = (...more: string[]) =>
  virsh('blockcopy', '--path', 'vda', '--dest', DEST, '--transient-job', ...more);
const commit = (...more: string[]) => virsh('blockcommit', '--path', 'vda', '--active', ...more);
const overlay = (file: string) =>
  virsh(
    ...['snapshot-create-as', '--name', 's', '--no-metadata'],
    ...['--diskspec', `vda,snapshot=external,driver=qcow2,file=${file}`],
  );

/** A host on which these are done one after the other, while the guest writes. */
function hostAfter(...effects: readonly Effect[]): SimulatedHost {
  const start = hostOf(
    frozen(looked(world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])] }), [DEST])),
  );
  return effects.reduce((host, effect) => frozen(guestWrites(apply(host, effect))), frozen(start));
}

function filesOn(host: SimulatedHost): string[] {
  return host.world.domain.disks[0]?.chain.map(({ file }) => file) ?? [];
}

describe('what the guest wrote', () => {
  test('is found after a copy and its pivot, a commit and an overlay', () => {
    const hosts = [
      hostAfter(copy('--shallow'), ready('vda'), blockjob('--pivot')),
      hostAfter(copy(), ready('vda'), blockjob('--pivot')),
      hostAfter(commit('--shallow'), ready('vda'), blockjob('--pivot')),
      hostAfter(commit(), ready('vda'), blockjob('--pivot')),
      hostAfter(overlay('/new/overlay'), commit('--shallow'), ready('vda'), blockjob('--pivot')),
    ];
    expect(hosts.map(lostWrites)).toEqual(hosts.map(() => []));
    expect(hosts.map(lostAtNextStart)).toEqual(hosts.map(() => []));
    expect(hosts.map(filesOn)).toEqual([
      [DEST, SNAP1, BASE],
      [DEST],
      [SNAP1, BASE],
      [BASE],
      [SNAP2, SNAP1, BASE],
    ]);
  });

  test('is missed where the definition names the file that a copy has left', () => {
    const moved = hostAfter(copy('--shallow'), ready('vda'), blockjob('--pivot'));
    const { definition = '' } = hostAfter().world.domain;
    const stale = apply(moved, virsh('define', '--file', { file: 'x', content: definition }));
    expect(lostWrites(stale)).toEqual([]);
    expect(lostAtNextStart(stale)).toEqual([
      `vda: writes that only ${DEST} held`,
      `vda: the newest writes, which ${SNAP2} hides with older ones`,
    ]);
    expect(lostWrites(guestDies(stale))).toEqual([]);
  });

  test('is missed behind a layer that has fallen behind, although all of it is below', () => {
    const moved = hostAfter(commit('--shallow'), ready('vda'), blockjob('--pivot'));
    const { definition = '' } = hostAfter().world.domain;
    const stale = apply(moved, virsh('define', '--file', { file: 'x', content: definition }));
    expect(lostAtNextStart(stale)).toEqual([
      `vda: the newest writes, which ${SNAP2} hides with older ones`,
    ]);
  });

  test('is missed where a file that held it is gone', () => {
    const host = hostAfter();
    const gone = {
      ...host,
      world: { ...host.world, files: { ...host.world.files, [SNAP1]: null } },
    };
    expect(lostWrites(gone)).toEqual([
      `vda: writes that only ${BASE} held`,
      `vda: writes that only ${SNAP1} held`,
    ]);
  });

  test('takes no more room the longer the guest writes', () => {
    const host = hostAfter(copy(), ready('vda'));
    expect(guestWrites(host)).toBe(host);
    expect(guestWrites(guestWrites(apply(host, blockjob('--abort'))))).toEqual(
      guestWrites(apply(host, blockjob('--abort'))),
    );
  });
});

describe('what goes wrong', () => {
  test('a guest that dies leaves what is defined, or nothing', () => {
    const died = guestDies(hostAfter(copy(), ready('vda')));
    expect(died.world.domain).toMatchObject({ state: 'shut off', persistent: true, agent: false });
    expect(filesOn(died)).toEqual([SNAP2]);
    expect(died.world.domain.disks[0]?.job).toBeUndefined();
    const transient = hostAfter(
      { tool: 'keep-definition', why: 'test' },
      virsh('undefine', '--domain', 'testvm'),
    );
    const gone = powerFails(transient);
    expect(gone.world.domain).toMatchObject({ state: 'gone', persistent: false, disks: [] });
    expect(lostAtNextStart(gone)).toEqual([]);
    expect(lostAtNextStart(guestDies(hostAfter(virsh('undefine', '--domain', 'testvm'))))).toEqual([
      'the definition itself',
    ]);
    expect(guestDies(gone)).toBe(gone);
  });

  test('a job that dies leaves its file, and the guest where it was', () => {
    const host = jobsDie(hostAfter(copy(), ready('vda')));
    expect(host.world.domain.disks[0]?.job).toBeUndefined();
    expect(host.world.files[DEST]).not.toBeNull();
    expect(() => apply(host, ready('vda'))).toThrow(EffectFailed);
  });

  test('a daemon that is restarted finds everything again', () => {
    const host = hostAfter(copy(), ready('vda'));
    expect(keyOf(daemonRestarts(host))).toBe(keyOf(host));
  });

  test.each<[string, () => unknown]>([
    [
      'a copy of a persistent domain',
      () => apply(hostAfter(), virsh('blockcopy', '--path', 'vda', '--dest', DEST)),
    ],
    [
      'a copy over a file',
      () =>
        apply(hostAfter(), virsh('blockcopy', '--path', 'vda', '--dest', BASE, '--transient-job')),
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

  test('a command that no step gives is a mistake of ours', () => {
    expect(() => apply(hostAfter(), virsh('destroy', '--domain', 'testvm'))).toThrow(
      'a simulated host knows no destroy',
    );
  });
});

describe('what can be looked at', () => {
  test('tells of files whether they are there, and after a survey what they rest on', () => {
    const host = hostAfter(copy('--shallow'), ready('vda'), blockjob('--abort'));
    const seen = look(host, [DEST, '/new/other']);
    expect(seen.files[DEST]).toEqual({ size: expect.any(Number) });
    expect(seen.files['/new/other']).toBeNull();
    expect(seen.others).toEqual([]);
    const surveyed = survey(host, seen, [DEST]);
    expect(surveyed.files[DEST]?.backing).toBe(SNAP1);
    expect(surveyed.others).toEqual(host.world.others);
  });

  test('the key tells hosts apart that behave differently, and no others', () => {
    const keys = [
      hostAfter(),
      hostAfter(copy()),
      hostAfter(copy(), ready('vda')),
      hostAfter(copy(), ready('vda'), blockjob('--abort')),
      hostAfter(copy(), ready('vda'), blockjob('--pivot')),
      hostAfter(copy('--shallow'), ready('vda'), blockjob('--pivot')),
    ].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(hostAfter(copy(), ready('vda')))).toBe(keys[2]);
    const there = virsh('autostart', '--disable');
    expect(keyOf(hostAfter(there, virsh('autostart')))).toBe(keys[0]);
  });
});

test('the options that take a value are those of virsh', () => {
  for (const [verb, options] of Object.entries(VIRSH_OPTIONS))
    for (const [name, takesValue] of Object.entries(options)) {
      const { options: read } = readCommand([verb, `--${name}`, '--wait']);
      // What no step gives need not be known.
      if (['xml', 'storage'].includes(name)) continue;
      expect(read.has('wait'), `${verb} --${name}`).toBe(!takesValue);
    }
});
