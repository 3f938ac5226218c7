/** One effect: its intent fsynced before it, its outcome written after it; and the look at the World around it. */
import { BlockplanError } from '../errors.ts';
import type { Direction, PhaseRef, RunEvent } from '../events.ts';
import type { Entry, Journal } from '../journal/journal.ts';
import { commandText } from '../model/command-text.ts';
import { type Driver, EffectFailed } from '../model/driver.ts';
import type { Argument, Effect, Progress } from '../model/effect.ts';
import { type Bundle, diskOf, isUp, usersOf, type World, withDomain } from '../model/world.ts';

/** A rate is measured over this long at least: reports that arrive in one burst would give gigabytes a second. */
const RATE_WINDOW_MS = 100;

/** An event without its time, which the teller adds. */
export type Told = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'time'>
    : never
  : never;

export interface Stage {
  readonly driver: Driver;
  readonly journal: Journal;
  /** All paths that the plan may touch. */
  readonly files: readonly string[];
  /** Aborts when the user interrupts; only the way forward listens. */
  readonly signal: AbortSignal;
  tell(event: Told): void;
  /** The bundle that `undefine` kept, once it has. */
  kept: Bundle | undefined;
  /** The World when the guest was last seen up: where its latest writes are. */
  lastUp: World;
  lastSeen: World;
  /** What could not be made sure of on the way. */
  readonly doubts: string[];
}

/** The World as observed, with what the journal keeps for the domain. */
export async function observe(stage: Stage): Promise<World> {
  const world = await stage.driver.observe(stage.files);
  const known = stage.kept ? withDomain(world, { kept: stage.kept }) : world;
  stage.lastSeen = known;
  if (isUp(known)) stage.lastUp = known;
  return known;
}

/** Whatever goes wrong in a phase, what is half done is taken back: an error that nobody thought of is no exception. */
export function reasonOf(error: unknown): string {
  if (error instanceof EffectFailed || error instanceof BlockplanError) return error.message;
  const { message, code } = error as NodeJS.ErrnoException;
  return code === undefined ? `a bug in blockplan: ${message}` : message;
}

/** One effect, with its intent fsynced before it and its outcome written after it. */
export async function act(
  stage: Stage,
  ref: PhaseRef,
  direction: Direction,
  effect: Effect,
  signal?: AbortSignal,
): Promise<void> {
  stage.tell({
    event: 'command',
    ...ref,
    direction,
    command: commandText(effect),
    why: effect.why,
  });
  await intend(stage, direction, { type: 'intent', ...ref, direction, effect });
  try {
    if (effect.tool === 'remove-file') refuseLastWrites(stage, effect.file);
    // On the way forward preflight has just looked; a way back has none.
    if (direction === 'undo' && effect.tool === 'virsh' && effect.argv[0] === 'blockcommit')
      await refuseShared(stage, effect.argv);
    if (effect.tool === 'keep-definition') await keepDefinition(stage);
    else
      await stage.driver.perform(effect, {
        folder: stage.journal.folder,
        onProgress: progressTeller(stage, ref, direction),
        ...(signal ? { signal } : {}),
      });
  } catch (error) {
    await record(stage, {
      type: 'outcome',
      ...ref,
      direction,
      error: String((error as Error).message ?? error),
    });
    if (isOptional(effect) && error instanceof EffectFailed) {
      if ('doubt' in effect && effect.doubt) stage.doubts.push(effect.doubt);
      stage.tell({ event: 'notice', message: error.message });
      return;
    }
    throw error;
  }
  await record(stage, { type: 'outcome', ...ref, direction });
}

/**
 * Writes, fsynced, what comes before an effect. On the way forward nothing is done that could not be written down first;
 * a way back is taken all the same, since what is half done needs it more than it needs the journal.
 * @throws EffectFailed on the way forward when the journal cannot be written
 */
async function intend(stage: Stage, direction: Direction, entry: Entry): Promise<void> {
  try {
    await stage.journal.append(entry, true);
  } catch (error) {
    if (direction === 'do') throw new EffectFailed(unwritable(error));
    stage.tell({ event: 'notice', message: unwritable(error) });
  }
}

/** Writes what has happened. Without it the journal only says less than is so, which ends no run. */
export async function record(stage: Pick<Stage, 'journal' | 'tell'>, entry: Entry): Promise<void> {
  try {
    await stage.journal.append(entry, entry.type === 'run-finished');
  } catch (error) {
    stage.tell({ event: 'notice', message: unwritable(error) });
  }
}

function unwritable(error: unknown): string {
  return `the journal cannot be written: ${(error as Error).message}`;
}

/** A guest that has stopped leaves no chain to look at: what it was last seen to write to is never removed. */
function refuseLastWrites(stage: Stage, file: string): void {
  const written = isUp(stage.lastSeen) ? [] : stage.lastUp.domain.disks;
  if (written.some((disk) => disk.chain[0]?.file === file)) {
    throw new EffectFailed(
      `the guest, which has stopped, wrote to ${file} at last, so it is left alone`,
    );
  }
}

/** Just before a commit on the way back: no layer down to its base may carry another guest by now. */
async function refuseShared(stage: Stage, argv: readonly Argument[]): Promise<void> {
  const option = (name: string) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
  const world = await stage.driver.survey(await observe(stage), []);
  const chain = diskOf(world, String(option('--path')))?.chain ?? [];
  const place = (word: string) =>
    chain.findIndex(({ file, index }) => file === word || word.endsWith(`[${index}]`));
  const top = place(String(option('--top') ?? chain[0]?.file));
  const base = argv.includes('--shallow') ? top + 1 : place(String(option('--base')));
  const touched = base < 0 ? chain : chain.slice(0, base + 1);
  const shared = touched.find(({ file }) =>
    usersOf(world, file).some((name) => name !== world.domain.name),
  );
  if (shared) throw new EffectFailed(`${shared.file} is in another domain's chain by now`);
}

async function keepDefinition(stage: Stage): Promise<void> {
  const bundle = await stage.driver.bundle();
  await intend(stage, 'do', { type: 'kept', bundle });
  stage.kept = bundle;
}

function progressTeller(
  stage: Stage,
  ref: PhaseRef,
  direction: Direction,
): (progress: Progress) => void {
  let last: { at: number; current: number } | undefined;
  let rate: number | undefined;
  return ({ current, total }) => {
    const at = performance.now();
    if (last === undefined) last = { at, current };
    else if (at - last.at >= RATE_WINDOW_MS) {
      const measured = Math.max(0, ((current - last.current) / (at - last.at)) * 1000);
      // Smoothed over about four looks, so that a burst does not make the time left jump.
      rate = rate === undefined ? measured : rate * 0.75 + measured * 0.25;
      last = { at, current };
    }
    stage.tell({
      event: 'progress',
      ...ref,
      direction,
      current,
      total,
      ...(rate === undefined ? {} : { rate: Math.round(rate) }),
    });
  };
}

export function isContactLost(error: unknown): error is BlockplanError {
  return error instanceof BlockplanError && error.end === 'uncertain';
}

/** A helping hand is given once; what is observed does not show whether it was needed. */
export function isOptional(effect: Effect): boolean {
  return effect.tool === 'virsh' && effect.optional === true;
}
