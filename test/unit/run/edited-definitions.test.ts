/**
 * What an operator changes in a definition while a run is under way or blockplan is dead is neither overwritten nor removed, and
 * a disk that another tool has moved stays where it is at the next start.
 */
import { describe, expect, test } from 'vitest';
import { commandText } from '../../../src/commands/effect-text.ts';
import { type SimulatedHost, updateDomain } from '../../../src/host/simulated-host.ts';
import { readDefinition } from '../../../src/model/defined-chain.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { isUp } from '../../../src/model/host-state.ts';
import type { Finish } from '../../../src/run/run-state.ts';
import { lostAtNextStart, lostWrites } from '../../../src/simulate/host-faults.ts';
import { assumeSuccess } from '../../../src/simulate/simulate-effects.ts';
import { virshEffect } from '../../effects.ts';
import { Runs } from '../../killed-runs.ts';
import { planned } from '../../plans.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const COPY = '/new/copy.qcow2';
const OTHERS = '/new/vdb.img';
const MOVE = `blockcopy: { disk: vda, dest: ${COPY}, shallow: true, pivot: true }`;
const EXTRA = '/export/extra.img';
const FAILS = `convert: { source: ${EXTRA}, source-format: raw, dest: /new/x }`;
const CLASSIC = ['undefine: {}', MOVE, `redefine: { disk: vda, source: ${COPY} }`];
const OVERLAY =
  'snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: vda }, { disk: vdb, snapshot: no }] }';

const host = () =>
  world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [DATA])],
    domain: { autostart: false, snapshots: ['monday'] },
    files: { [EXTRA]: { size: 1, format: 'raw' } },
    others: [],
  });
const before = host().domain.definition;

const TITLE = '<description>by an operator</description>';
type Befalls = (host: SimulatedHost) => SimulatedHost;
/** `virsh edit`: of a transient domain there is nothing to edit. */
const edit: Befalls = (now) => {
  const { definition } = now.state.domain;
  return definition === undefined
    ? now
    : updateDomain(now, { definition: definition.replace('<devices>', `${TITLE}<devices>`) });
};
/** `virsh blockcopy --pivot` of a disk that the plan does not name. */
const move: Befalls = (now) => {
  if (!isUp(now.state)) return now;
  const words = ['blockcopy', '--domain', 'testvm', '--path', 'vdb', '--dest', OTHERS];
  const copy = virshEffect([...words, '--format', 'raw', '--transient-job']);
  const wait = { tool: 'await-job', disk: 'vdb', until: 'ready', why: '', timeoutMs: 1 } as const;
  const pivot = virshEffect(['blockjob', '--domain', 'testvm', '--path', 'vdb', '--pivot']);
  return assumeSuccess(now, [copy, wait, pivot]);
};

/** What of that is lost: nothing, if the domain has the change or nothing was changed. */
function lostOf(runs: Runs, changed: SimulatedHost): string[] {
  const { definition = '' } = runs.host.state.domain;
  const sources = readDefinition(definition).disks.map(({ chain }) => chain[0]?.file);
  const wasEdited = changed.state.domain.definition?.includes(TITLE);
  const wasMoved = changed.state.domain.disks[1]?.chain[0]?.file === OTHERS;
  return [
    ...(wasEdited && !definition.includes(TITLE) ? ['the edit'] : []),
    ...(wasMoved && sources[1] !== OTHERS ? ['the new source of vdb'] : []),
    ...lostWrites(runs.host),
    ...lostAtNextStart(runs.host),
  ];
}

const PLANS: readonly (readonly [string, readonly string[]])[] = [
  ['a move before a step that fails', [MOVE, FAILS]],
  ['the classic move', CLASSIC],
  ['the classic move before a step that fails', [...CLASSIC, FAILS]],
  ['an overlay before a step that fails', [OVERLAY, FAILS]],
];

/** A run on that host, whose last step fails if it is a conversion. */
function runsOnHost(): Runs {
  const runs = new Runs(host());
  runs.driver.onEffect = (effect) => {
    if (effect.tool === 'qemu-img') throw new EffectFailed('no space left');
  };
  return runs;
}

interface Attempt {
  readonly runs: Runs;
  readonly finish: Finish | undefined;
  /** The host once the operator had changed it. */
  readonly changed: SimulatedHost;
}

/** Attempts the plan once for each record of its journal. */
async function everywhere(
  steps: readonly string[],
  attempt: (at: number) => Promise<Attempt>,
): Promise<void> {
  const undisturbed = runsOnHost();
  await undisturbed.whole(planned(steps));
  // The last record is written after the last observation.
  for (let at = 1; at < undisturbed.entries.length - 1; at++) {
    const { runs, finish, changed } = await attempt(at);
    const entry = JSON.stringify(undisturbed.entries[at - 1])?.slice(0, 80);
    const report = `after record ${at}, ${entry}: ${JSON.stringify(finish)}`;
    expect(lostOf(runs, changed), report).toEqual([]);
    if (finish?.end === 'rolled-back')
      expect(runs.host.state.domain.definition, report).toBe(before);
  }
}

describe.each(PLANS)('%s', (_title, steps) => {
  test.each([
    ['edits the definition', edit],
    ['moves another disk', move],
  ])('keeps what an operator does who %s, at each moment of it', async (_what, befalls) => {
    await everywhere(steps, async (at) => {
      const runs = runsOnHost();
      let [records, changed] = [0, runs.host];
      runs.onAppend = () => {
        if (records++ !== at) return;
        runs.befalls(befalls);
        changed = runs.host;
      };
      const finish = await runs.whole(planned(steps));
      return { runs, finish, changed };
    });
  });

  test.each([
    ['edits the definition', 'resume', edit],
    ['edits the definition', 'rollback', edit],
    ['moves another disk', 'resume', move],
    ['moves another disk', 'rollback', move],
  ] as const)('keeps what an operator does who %s before a %s', async (_what, how, befalls) => {
    await everywhere(steps, async (at) => {
      const runs = runsOnHost();
      let records = 0;
      await runs.killed(planned(steps), () => ++records === at);
      runs.befalls(befalls);
      const changed = runs.host;
      const { finish } = await runs.again(how);
      return { runs, finish, changed };
    });
  });
});

test('an edit between a pivot and its define is kept, and the disk stays on the copy', async () => {
  const runs = new Runs(host());
  runs.driver.onEffect = (effect) => {
    if (effect.tool === 'virsh' && effect.verb === 'define') runs.befalls(edit);
  };
  const finish = await runs.whole(planned([MOVE]));
  expect(finish.end).toBe('succeeded');
  const { definition = '' } = runs.host.state.domain;
  const moved = readDefinition(definition).disks.map(({ chain }) => chain[0]?.file);
  expect(moved).toEqual([COPY, DATA]);
  expect(definition.replace(TITLE, '')).toBe(before?.replace(SNAP2, COPY));
  expect(definition).toContain(TITLE);
  const started = runs.driver.asked.filter((each) => commandText(each).includes('blockcopy'));
  expect(started).toHaveLength(1);
});
