/** Every virsh command that is printed for a user names the libvirt that the user chose. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { updateDomain } from '../../src/host/simulated-host.ts';
import { EffectFailed } from '../../src/model/effect-failed.ts';
import type { HostState } from '../../src/model/host-state.ts';
import { explainedCommands } from '../../src/render/next-commands.ts';
import { guestNotice } from '../../src/run/guest-notice.ts';
import { guestDies } from '../../src/simulate/host-faults.ts';
import { walk } from '../../src/simulate/walk.ts';
import { Runs } from '../killed-runs.ts';
import { hostForPlans, planned } from '../plans.ts';
import { disk, type Scene, world } from '../worlds.ts';
import { copying, MARKER, patient } from './doctor/patients.ts';

const connect = 'test:///default';

/** The same host, reached by a connection that the user chose. */
function named(state: HostState): HostState {
  return { ...state, host: { ...state.host, connect } };
}

/** Expects at least one virsh command, each with the connection. */
function expectNamed(texts: readonly string[]): void {
  const commands = texts.join('\n').match(/virsh (?:-c \S+ )?[a-z]+/g) ?? [];
  expect(commands).not.toEqual([]);
  for (const command of commands) expect(command).toContain(`virsh -c ${connect} `);
}

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
const QUIET = 'snapshot-create-as: { name: s, disk-only: true, quiesce: true }';

describe('the hint of a refusal', () => {
  const job = { type: 'pull', ready: false } as const;
  const cases: readonly (readonly [string, string, Scene])[] = [
    ['an unknown disk', MOVE.replace('vda', 'vdz'), {}],
    ['a guest that is off', MOVE, { domain: { state: 'shut off' } }],
    ['a domain that does not exist', MOVE, { domain: { state: 'gone' } }],
    ['a disk with a job', MOVE, { disks: [disk('vda', ['/i/a'], { job })] }],
    ['a paused guest', QUIET, { domain: { state: 'paused' } }],
    ['a managed save image', 'undefine: {}', { domain: { managedSave: true } }],
    ['a disk that is not defined', 'redefine: { disk: vdz, source: /i/x }', {}],
  ];
  test.each(cases)('about %s', (_title, step, scene) => {
    const state = named(world(scene));
    const { findings } = walk(planned([step]).graph, {
      ...state,
      host: { ...state.host, uri: connect },
    });
    expectNamed(findings.map(({ hint = '' }) => hint));
  });
});

describe('the commands of the doctor', () => {
  test.each([
    ['a job', copying(true), {}],
    ['a paused guest', { domain: { state: 'paused' } }, { reason: 'I/O error' }],
    ['a transient domain', { domain: { persistent: false } }, {}],
    ['a marker', {}, { marker: MARKER }],
  ] as const)('about %s', (_title, scene, seen) => {
    const sick = patient({ scene: scene as Scene, seen });
    const { findings } = diagnose({ ...sick, state: named(sick.state) });
    expectNamed(findings.flatMap(({ commands }) => commands));
  });
});

describe('the report of a run', () => {
  const report = async (change: (runs: Runs) => void) => {
    const runs = new Runs(named(hostForPlans()));
    change(runs);
    return runs.whole(planned([MOVE]));
  };
  const onceEnded = (runs: Runs, change: Parameters<Runs['befalls']>[0]) => {
    runs.onAppend = (entry) => {
      if (entry.type === 'phase-finished' && entry.phase === 'pivot') runs.befalls(change);
    };
  };

  test('with a marker that stays', async () => {
    const { next } = await report(({ driver }) => {
      driver.unmark = () => Promise.reject(new EffectFailed('no'));
    });
    expectNamed(next);
  });

  test.each([
    ['that is paused', (host: Runs['host']) => updateDomain(host, { state: 'paused' })],
    ['that has died', guestDies],
  ] as const)('on a guest %s', async (_title, change) => {
    expectNamed((await report((runs) => onceEnded(runs, change))).next);
  });

  test('and its notices', () => {
    expectNamed([guestNotice({ connect }, 'web1', 'paused', 'I/O Error') ?? '']);
  });

  test('still explains each command', () => {
    const [line] = explainedCommands([`virsh -c ${connect} dominfo web1`]);
    expect(line).toMatch(/# see whether the guest is running$/);
  });
});
