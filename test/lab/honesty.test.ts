/**
 * The simulated host is compared with libvirt after every effect of every shipped plan and of generated ones, with and
 * without faults. `npm run test:honesty` tries 200 generated plans. A failure prints the value of BLOCKPLAN_HONESTY that
 * runs the same plan again: the seed, how many plans, and which of them.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { agentConnected } from '../../src/lab/picture.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { openVirsh, type Virsh } from '../../src/libvirt/virsh.ts';
import { readPlan } from '../../src/plan/read.ts';
import { guestDies, lostAtNextStart, lostWrites } from '../../src/simulate/host-faults.ts';
import { steps } from '../../src/steps/registry.ts';
import { SHIPPED, sourceOf } from '../plans.ts';
import { BareGuest } from './bare-guest.ts';
import { ASIDE, drawn, STORE } from './honesty-drawn.ts';
import { type HonestPlan, honestPlan, type Mishap } from './honesty-plans.ts';
import { go, type HonestRun, type Outcome } from './honesty-run.ts';
import { Sides } from './honesty-walk.ts';

const [seed = '1', number = '8', only] = (process.env['BLOCKPLAN_HONESTY'] ?? '')
  .split(',')
  .filter((word) => word !== '');
const SEED = seed === 'any' ? Date.now() % 1_000_000 : Number(seed);
const PLANS = Number(number);

let host: LabHost;
let virsh: Virsh;
let compared = 0;
let contents = 0;
const counts = new Map<string, number>();

function count(what: string, times = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

beforeAll(async () => {
  host = await startHost();
  virsh = await openVirsh(localHost, { uri: host.uri, readonly: false });
});

afterAll(async () => {
  await virsh.close();
  await host.stop();
  const rows = [...counts].sort().map(([what, times]) => `  ${String(times).padStart(5)}  ${what}`);
  process.stdout.write(
    `honesty, seed ${SEED}: ${compared} compared states, ${contents} compared contents\n${rows.join('\n')}\n`,
  );
});

/** Both sides of a domain, until the work is done. */
async function onBothSides(
  domain: string,
  home: Pick<BareGuest, 'writes' | 'performed'>,
  work: (sides: Sides) => Promise<void>,
): Promise<void> {
  const driver = await openLiveDriver(localHost, {
    uri: host.uri,
    domain,
    readonly: false,
    writeDurably: (path, content) => writeFile(path, content),
  });
  const reconnect = async () => {
    await driver.reconnect();
    await virsh.close();
    virsh = await openVirsh(localHost, { uri: host.uri, readonly: false });
  };
  // As a run does first.
  await driver.mark({ run: 'honesty', host: 'lab', user: 'lab', pid: 1, since: '' });
  const state = await driver.survey(await driver.headers(await driver.observe([])), []);
  const sides = new Sides(driver, state, {
    ...{ folder: host.dir, reconnect },
    writes: () => home.writes(),
    performed: (effect) => home.performed(effect),
  });
  try {
    await work(sides);
  } finally {
    compared += sides.compared;
    await driver.close();
  }
}

/** Runs the plan and counts what was tried. */
async function gone(run: HonestRun, sides: Sides): Promise<Outcome> {
  const outcome = await go(run, host, sides);
  const { kinds, leftOut, struck } = outcome;
  for (const kind of kinds) count(`step: ${kind}`);
  count('step that preflight refused', leftOut);
  if (struck) count(`went wrong: ${struck}`);
  return outcome;
}

describe('shipped plans', () => {
  let guest: Guest;
  let dest: string;

  beforeAll(async () => {
    dest = join(host.dir, 'dest');
    await mkdir(dest);
    const chain = ['base', 'snap1', 'snap2'];
    guest = await host.createGuest({ disks: [{ target: 'vda', chain }], autostart: true });
    await guest.waitForWrites(1);
    await agentConnected(host, guest.name);
  });

  /** The faults, each with the number of the effect before which it occurs. */
  const faultsOf = (file: string): readonly (readonly [Mishap, number])[] => {
    const [taken, twice] = ['its place is taken', 'it is asked twice'] as const;
    switch (file) {
      case 'full-backup.yaml':
      case 'nightly-backup.yaml':
        return [
          ...([['nothing', 0], ...[0, 4].map((at) => [taken, at] as const)] as const),
          ...[0, 1, 3, 4].map((at) => [twice, at] as const),
        ];
      // The backup before it has five effects.
      case 'restore.yaml':
        return [['nothing', 0], [taken, 5], ...[5, 6, 7].map((at) => [twice, at] as const)];
      default:
        return [
          ['nothing', 0],
          [taken, 1],
          [twice, 2],
        ];
    }
  };

  const limits = { timeout: 600_000 };

  test.each(SHIPPED)('%s is simulated as libvirt does it', limits, async (file) => {
    for (const [number, [mishap, at]] of faultsOf(file).entries()) {
      if ((await guest.state()) === 'shut off') await guest.start();
      const run = {
        ...{ domain: guest.name, steps: await stepsOf(file, number) },
        ...{ mishap, at, back: true },
      };
      const home = { writes: async () => {}, performed: () => {} };
      await onBothSides(guest.name, home, async (sides) => {
        expect((await gone(run, sides)).leftOut, sides.story.join('\n')).toBe(0);
      });
      count('shipped plan');
    }
  });

  /** The steps of a shipped plan; a restore follows a backup. */
  async function stepsOf(file: string, number: number): Promise<HonestRun['steps']> {
    const place = join(dest, `${number}-${file}`);
    const store = `${place}.store`;
    const read = (name: string, more: Record<string, string>) => {
      const set = { domain: guest.name, ...more };
      return readPlan({ file: name, source: sourceOf(name), set, steps }).steps;
    };
    const backup = (name = 'full-backup.yaml') => read(name, { store, backup: 'full' });
    switch (file) {
      case 'full-backup.yaml':
      case 'nightly-backup.yaml':
        await mkdir(store);
        return backup(file).map((step) => () => step);
      case 'restore.yaml': {
        for (const folder of [store, place]) await mkdir(folder);
        const off = read(file, { store, dest: place }).map((step) => () => ({
          ...step,
          off: true as const,
        }));
        return [...backup().map((step) => () => step), ...off];
      }
      default: {
        const source = guest.disks[0]?.files.at(-1) ?? '';
        const overlay = file === 'live-backup.yaml' ? { source, overlay: `${place}.overlay` } : {};
        const planned = read(file, { dest: `${place}.img`, ...overlay });
        return planned.map((step) => () => step);
      }
    }
  }
});

describe('generated plans', () => {
  const plans = fc.sample(honestPlan, { seed: SEED, numRuns: PLANS });

  test('are simulated as libvirt does them', { timeout: PLANS * 60_000 }, async () => {
    const failures: string[] = [];
    for (const [at, plan] of plans.entries()) {
      if (only !== undefined && Number(only) !== at) continue;
      count('generated plan');
      await tried(plan, at).catch((error: Error) => {
        failures.push(`BLOCKPLAN_HONESTY=${SEED},${PLANS},${at}: ${error.message}`);
      });
    }
    expect(failures.length, failures.join('\n\n')).toBe(0);
  });
});

test('a file that is moved to quarantine, and back, is simulated as libvirt does it', async () => {
  const commit = { disk: 'vda', top: 0, depth: 1, shallow: true, end: 'pivot' } as const;
  const more = { afterwards: 'quarantine', byPlace: false, relative: false } as const;
  const plan = {
    guest: {
      persistent: true,
      autostart: false,
      disks: [{ target: 'vda', layers: 3, format: 'qcow2' }],
    },
    steps: [{ kind: 'blockcommit', ...commit, ...more }],
    at: 3,
    back: true,
  } as const;
  for (const mishap of ['nothing', 'its place is taken', 'it is asked twice'] as const) {
    const { story } = await tried({ ...plan, mishap }, mishap);
    const moves = story.filter((line) => line.startsWith('mv ') && !line.includes('refused'));
    expect(moves.length, story.join('\n')).toBe(
      mishap === 'nothing' ? 2 : mishap === 'it is asked twice' ? 3 : 0,
    );
  }
});

test('where libvirt knows the end of a chain is simulated as libvirt does it', async () => {
  const snapshot = { kind: 'snapshot-create-as', metadata: false, atomic: true } as const;
  const above = { ...snapshot, only: 'vda', elsewhere: false, memory: false, live: false } as const;
  const [s1, s2, s3] = (['s1', 's2', 's3'] as const).map((name) => ({ ...above, name }));
  const at = { disk: 'vda', byPlace: false, relative: false } as const;
  const pull = { kind: 'blockpull', ...at, depth: undefined } as const;
  const ends = { end: 'pivot', afterwards: 'kept', shallow: true } as const;
  const commit = { kind: 'blockcommit', ...at, ...ends, top: 0, depth: 2 } as const;
  const copied = {
    kind: 'blockcopy',
    disk: 'vda',
    pivot: true,
    format: 'qcow2',
    more: {},
  } as const;
  const copy = { ...copied, shallow: true, reuse: false } as const;
  if (!s1 || !s2 || !s3) throw new Error('three snapshots');
  const rows: readonly [layers: number, ...steps: HonestPlan['steps']][] = [
    [1, s1, copy, s2, pull],
    [2, pull, s1, copy],
    [1, { ...copy, shallow: false }, s1, copy],
    [3, { ...copy, reuse: true }, s1, pull],
    [3, commit, s1, pull, s2, copy, s3, commit],
  ];
  for (const [number, [layers, ...drafts]] of rows.entries())
    for (const mishap of ['nothing', 'the daemon is restarted'] as const) {
      const disks = [{ target: 'vda', layers, format: 'qcow2' }] as const;
      const guest = { persistent: true, autostart: false, disks };
      const plan = { guest, steps: drafts, mishap, at: 3, back: false };
      const { story, kinds, struck } = await tried(plan, `end-${number}-${mishap}`);
      const all = drafts.map(({ kind }) => kind);
      expect([kinds, struck], story.join('\n')).toEqual([all, mishap]);
    }
});

/** Runs one plan on a new guest; returns what was done, which steps began and whether the fault occurred. */
async function tried(
  plan: HonestPlan,
  word: string | number,
): Promise<Outcome & { readonly story: readonly string[] }> {
  const guest = new BareGuest(host, () => virsh, `honest-${word}`.replaceAll(' ', '-'), plan.guest);
  const story: string[] = [];
  let outcome: Outcome = { kinds: [], leftOut: 0, struck: undefined };
  await guest.begin();
  for (const folder of [ASIDE, STORE]) await mkdir(join(guest.folder, folder));
  try {
    await onBothSides(guest.name, guest, async (sides) => {
      const draws = plan.steps.map((draft, place) => (state: Parameters<typeof drawn>[1]) => {
        const { kind, ...rest } = drawn(draft, state, guest.folder, `step-${place}`);
        const step = steps.find((each) => each.kind === kind);
        if (!step) throw new Error(`no such step kind: ${kind}`);
        return { step, ...rest };
      });
      outcome = await gone({ ...plan, domain: guest.name, steps: draws }, sides);
      story.push(...sides.story);
      await sameContent(guest, sides);
    });
    return { ...outcome, story };
  } finally {
    await guest.end();
  }
}

/** The simulated host predicts what the guest would find when it is started from its definition. */
async function sameContent(guest: BareGuest, sides: Sides): Promise<void> {
  const { simulated } = sides;
  const story = sides.story.join('\n');
  expect(lostWrites(simulated), story).toEqual([]);
  if (!simulated.state.domain.persistent) return;
  await host.virsh('destroy', guest.name).catch(() => '');
  const lost = lostAtNextStart(guestDies(simulated));
  const definition = await host.virsh('dumpxml', '--inactive', guest.name);
  const real = await guest.disksWithLosses(definition);
  contents += 1;
  if (real.length > 0) count('content with losses');
  const imagined = [...new Set(lost.map((loss) => loss.split(':')[0]))].sort();
  expect(real, `${lost.join('\n')}\n${story}`).toEqual(imagined);
}
