/** Runs blockplan's command line and injects one fault. */
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '../../src/lab/poll.ts';
import { childrenOf } from '../lab/processes.ts';
import { type Ended, type Running, startCli } from '../lab/support.ts';
import type { Case, Written } from './cases.ts';
import type { Scene, Stage } from './scene.ts';

const PRELOAD = fileURLToPath(new URL('at-record.mjs', import.meta.url));

/** How long libvirt's socket is missing. */
const AWAY_MS = 700;

/** How the command ended. */
export interface Struck {
  readonly ended: Ended;
  /** The run's ID; undefined if the command ended before. */
  readonly run: string | undefined;
  /** Whether the fault occurred. */
  readonly came: boolean;
  readonly records: readonly Written[];
}

/** The input of the preload. */
interface Aim {
  readonly seq: number;
  readonly moment: 'before' | 'written' | 'synced';
  readonly act: 'kill' | 'hold';
}

/** Runs the plan without a fault; returns its records, and the time from its announcement on. */
export async function undisturbed(
  scene: Scene,
  stage: Stage,
): Promise<Struck & { readonly durationMs: number }> {
  const { running, folder } = await start(scene, stage);
  await running.event(({ event }) => event === 'run-started');
  const began = performance.now();
  const ended = await running.ended;
  const durationMs = performance.now() - began;
  return { ...(await outcome(stage, folder, ended)), durationMs };
}

/**
 * Runs the plan until the fault. After a fault that does not kill blockplan, the run continues to its end.
 * @param records the records of a run without a fault
 */
export async function strike(
  scene: Scene,
  stage: Stage,
  { blow, at }: Case,
  records: readonly Written[],
  durationMs: number,
): Promise<Struck> {
  if (typeof at === 'number') return killedSometime(scene, stage, at * durationMs);
  const safe = records[at.seq]?.synced ? 'synced' : 'written';
  const moment = at.moment === 'before' ? 'before' : safe;
  const aim = { seq: at.seq, moment, act: blow === 'kill' ? 'kill' : 'hold' } as const;
  const { running, folder } = await start(scene, stage, aim);
  if (blow !== 'kill') {
    const came = await Promise.race([
      until('the record', 60_000, () => there(join(folder, 'held'))),
      running.ended.then(() => undefined),
    ]);
    if (came) {
      const after = await BLOWS[blow]({ scene, stage, running, folder });
      await writeFile(join(folder, 'go'), '');
      await after?.(running.ended);
    }
  }
  return outcome(stage, folder, await running.ended);
}

async function killedSometime(scene: Scene, stage: Stage, afterMs: number): Promise<Struck> {
  const { running, folder } = await start(scene, stage);
  await running.event(({ event }) => event === 'run-started');
  await Promise.race([delay(afterMs), running.ended]);
  running.child.kill('SIGKILL');
  const struck = await outcome(stage, folder, await running.ended);
  return { ...struck, came: struck.ended.exitCode === null };
}

/** Resumes the run or rolls it back. */
export function takeUp(scene: Scene, stage: Stage, again: string, run: string): Promise<Ended> {
  const argv = [again, run, '--format', 'json'];
  return startCli(scene.host, argv, { env: { BLOCKPLAN_STATE_DIR: stage.state } }).ended;
}

/**
 * Resumes the run or rolls it back, and kills blockplan at a record.
 * @returns how it ended if that was before the record; undefined if it was killed
 */
export async function takeUpAndKill(
  scene: Scene,
  stage: Stage,
  again: string,
  run: string,
  seq: number,
): Promise<Ended | undefined> {
  const aim: Aim = { seq, moment: 'written', act: 'kill' };
  const { running, folder } = await watched(scene, stage, [again, run], aim);
  const ended = await running.ended;
  const came = await there(join(folder, 'held'));
  await rm(folder, { recursive: true });
  return came ? undefined : ended;
}

async function start(
  scene: Scene,
  stage: Stage,
  aim?: Aim,
): Promise<{ running: Running; folder: string }> {
  const { plan, set } = stage;
  const words = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const argv = ['run', `plans/${plan}.yaml`, ...words, '-c', scene.host.uri, '--yes'];
  return watched(scene, stage, argv, aim);
}

/** Starts blockplan with the preload between it and its journal. */
async function watched(
  scene: Scene,
  { state }: Stage,
  argv: readonly string[],
  aim?: Aim,
): Promise<{ running: Running; folder: string }> {
  const folder = `${state}.watch`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const env = {
    BLOCKPLAN_STATE_DIR: state,
    BLOCKPLAN_AT_RECORD: JSON.stringify({ folder, ...aim }),
    NODE_OPTIONS: `--import=${PRELOAD}`,
  };
  return { running: startCli(scene.host, [...argv, '--format', 'json'], { env }), folder };
}

async function outcome({ state }: Stage, folder: string, ended: Ended): Promise<Struck> {
  const [run] = await readdir(join(state, 'runs')).catch(() => []);
  const came = await there(join(folder, 'held'));
  const told = await readFile(join(folder, 'records'), 'utf8').catch(() => '');
  await rm(folder, { recursive: true });
  const journal = join(state, 'runs', run ?? '', 'journal.jsonl');
  const written = (await readFile(journal, 'utf8').catch(() => '')).match(/^\{"seq":\d+/gm) ?? [];
  // A record is reported just before it is written.
  return { ended, run, came, records: recordsIn(told).slice(0, written.length) };
}

function recordsIn(told: string): Written[] {
  const lines = told.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => JSON.parse(line) as { seq?: number; synced?: number });
  const safe = new Set(parsed.filter(({ seq }) => seq === undefined).map(({ synced }) => synced));
  return parsed.flatMap((each) =>
    each.seq === undefined ? [] : [{ ...each, synced: safe.has(each.seq) } as Written],
  );
}

interface Target {
  readonly scene: Scene;
  readonly stage: Stage;
  readonly running: Running;
  readonly folder: string;
}

/** Injects the fault while blockplan is held; the returned function runs when blockplan continues. */
type Strike = (
  target: Target,
) => Promise<((ended: Promise<Ended>) => Promise<unknown>) | undefined>;

const BLOWS: Readonly<Record<Exclude<Case['blow'], 'kill'>, Strike>> = {
  async daemon({ scene: { host } }) {
    await host.killDaemon();
    await host.startDaemon();
    return undefined;
  },
  async cut({ scene: { host }, running }) {
    const socket = join(host.dir, 'run/libvirt/libvirt-sock');
    await rename(socket, `${socket}.away`);
    for (const pid of await childrenOf(running.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
    return async () => {
      await delay(AWAY_MS);
      await rename(`${socket}.away`, socket);
    };
  },
  async qemu({ stage: { guest } }) {
    await guest.killQemu();
    return undefined;
  },
  async power({ scene, stage, running, folder }) {
    const { synced } = JSON.parse(await readFile(join(folder, 'held'), 'utf8')) as {
      synced: number;
    };
    running.child.kill('SIGKILL');
    await scene.host.powerOff();
    await running.ended;
    const [run] = await readdir(join(stage.state, 'runs'));
    // Unsynced data is still in the memory of this machine, which has not lost its power.
    if (run !== undefined) await truncate(join(stage.state, 'runs', run, 'journal.jsonl'), synced);
    await scene.host.boot();
    await scene.settled(stage);
    return undefined;
  },
  'destination-full': fillUp,
  'state-full': fillUp,
  async 'overlay-full'(target) {
    const relieve = await fillUp(target);
    const { guest } = target.stage;
    await until('the guest to be paused', 20_000, async () => (await guest.state()) === 'paused');
    return relieve;
  },
};

/** Fills the small file system completely, until the command has ended. */
async function fillUp({ stage }: Target) {
  const filler = join(stage.small, 'filler');
  const file = await open(filler, 'w');
  try {
    for (const piece of [1024 * 1024, 4096]) await writeUntilFull(file, Buffer.alloc(piece, 1));
  } finally {
    await file.close();
  }
  return async (ended: Promise<Ended>) => {
    await ended;
    await rm(filler, { force: true });
  };
}

async function writeUntilFull(file: FileHandle, block: Buffer): Promise<void> {
  try {
    for (;;) await file.writeFile(block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function there(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
