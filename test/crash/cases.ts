/** The kill matrix as data: which fault hits a run, where, and how it is resumed. */
import type { Restart } from '../../src/prove/tally.ts';

/** A record in the journal of a run without a fault. */
export interface Written {
  readonly seq: number;
  readonly type: string;
  readonly direction?: 'do' | 'undo';
  readonly step?: string;
  readonly phase?: string;
  /** The command of an intent: virsh's verb, or the tool. */
  readonly tool?: string;
  readonly synced: boolean;
}

/** A fault that hits a run. */
export type Blow =
  /** SIGKILL to blockplan. */
  | 'kill'
  /** SIGKILL to libvirtd, which is then started again. */
  | 'daemon'
  /** blockplan's connections break, and libvirt's socket is missing for a moment. */
  | 'cut'
  /** SIGKILL to the guest's QEMU. */
  | 'qemu'
  /** The host loses power, with blockplan and its unsynced data, and boots again. */
  | 'power'
  | 'destination-full'
  | 'overlay-full'
  | 'state-full';

/** One case of the matrix. */
export interface Case {
  /** The shipped plan's name, without `.yaml`. */
  readonly plan: string;
  readonly blow: Blow;
  /** At a record, before it is written or after it is synced; or at that fraction of the time of a run without a fault. */
  readonly at: { readonly seq: number; readonly moment: 'before' | 'after' } | number;
  /** How the run is resumed if the fault ended blockplan or left the guest between the start and the end of the plan. */
  readonly again?: Restart;
  /** Set if blockplan is killed again, this many records after it resumed the run; and how it is resumed then. */
  readonly then?: { readonly after: number; readonly again: Restart };
}

/** The name of a case, by which it can be run again. */
export function nameOf({ plan, blow, at, again, then }: Case): string {
  const place = typeof at === 'number' ? `at-${at}` : `${at.moment}-${at.seq}`;
  return [
    ...[plan, blow, place],
    ...(again === undefined ? [] : [again]),
    ...(then === undefined ? [] : [`then-${then.after}`, then.again]),
  ].join('/');
}

const AGAIN: readonly Restart[] = ['resume', 'rollback'];

function both(plan: string, each: Omit<Case, 'plan' | 'again'>): Case[] {
  return AGAIN.map((again) => ({ plan, ...each, again }));
}

/** The shipped plans whose guest is off. */
const OFF: readonly string[] = ['restore'];

/** Every case of a plan whose run without a fault writes those records. */
export function casesOf(
  plan: string,
  records: readonly Written[],
  moments: readonly number[],
): Case[] {
  const all = everyCase(plan, records, moments);
  // A guest that is off has no QEMU.
  return OFF.includes(plan) ? all.filter(({ blow }) => blow !== 'qemu') : all;
}

function everyCase(plan: string, records: readonly Written[], moments: readonly number[]): Case[] {
  const kills = records.flatMap(({ seq }) => [
    ...both(plan, { blow: 'kill', at: { seq, moment: 'before' } }),
    ...both(plan, { blow: 'kill', at: { seq, moment: 'after' } }),
  ]);
  const sometime = moments.map(
    (at, index): Case => ({ plan, blow: 'kill', at, again: AGAIN[index % 2] ?? 'resume' }),
  );
  const places = phaseEdges(records);
  return [
    ...kills,
    ...killedTwice(plan, records),
    ...sometime,
    ...places.flatMap((at) => [
      { plan, blow: 'daemon' as const, at },
      { plan, blow: 'cut' as const, at },
      { plan, blow: 'qemu' as const, at },
      ...both(plan, { blow: 'qemu', at }),
      ...both(plan, { blow: 'power', at }),
    ]),
    ...fullDisks(plan, records),
  ];
}

/** A run that is killed after an intent, and killed again while it is resumed or rolled back, in every combination. */
function killedTwice(plan: string, records: readonly Written[]): Case[] {
  return records
    .filter(({ type }) => type === 'intent')
    .map(({ seq }, index): Case => {
      const [again, last] = [AGAIN[index % 2] ?? 'resume', AGAIN[(index >> 1) % 2] ?? 'resume'];
      const then = { after: 1 + ((index * 3) % 7), again: last };
      return { plan, blow: 'kill', at: { seq, moment: 'after' }, again, then };
    });
}

/** After the first intent of each phase, and after its last effect is done. */
function phaseEdges(records: readonly Written[]): Exclude<Case['at'], number>[] {
  const phases = new Map<string, Written[]>();
  for (const record of records.filter(({ type }) => type === 'intent' || type === 'outcome')) {
    const phase = `${record.step}/${record.phase}`;
    phases.set(phase, [...(phases.get(phase) ?? []), record]);
  }
  return [...phases.values()].flatMap((own) => [
    { seq: own[0]!.seq, moment: 'after' as const },
    { seq: own.at(-1)!.seq, moment: 'before' as const },
  ]);
}

/** The tools that write to the destination of a copy, or into a backup store. */
const COPIES = ['blockcopy', 'qemu-img', 'backup-begin'];
const IN_STORE = ['draft-backup', 'digest-backup', 'publish-backup'];

function fullDisks(plan: string, records: readonly Written[]): Case[] {
  const means = (...tools: string[]) =>
    records.filter(({ type, tool }) => type === 'intent' && tools.includes(tool ?? ''));
  const begins = records.filter(({ type }) => type === 'phase-started');
  return [
    ...means(...COPIES, ...IN_STORE).map(({ seq }) => ({
      plan,
      blow: 'destination-full' as const,
      at: { seq, moment: 'after' as const },
    })),
    ...(means('snapshot-create-as').length === 0 ? [] : means('qemu-img')).flatMap(({ seq }) => {
      const overlay = { blow: 'overlay-full', at: { seq, moment: 'after' } } as const;
      return [{ plan, ...overlay }, ...both(plan, overlay)];
    }),
    ...begins.map(({ seq }) => ({
      plan,
      blow: 'state-full' as const,
      at: { seq, moment: 'before' as const },
    })),
  ];
}

/** Numbers in [0, 1) that depend only on the seed (mulberry32). */
export function randomly(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A random sample of the cases, with every kind in turn; a single and a double kill of blockplan come first. */
export function sample(cases: readonly Case[], count: number, random: () => number): Case[] {
  const drawn = cases.map((each) => ({ each, lot: random() })).sort((a, b) => a.lot - b.lot);
  const kinds = new Map<string, Case[]>([
    ['kill', []],
    ['twice', []],
  ]);
  for (const { each } of drawn) {
    const kind = each.then ? 'twice' : each.blow;
    kinds.set(kind, [...(kinds.get(kind) ?? []), each]);
  }
  const turns = [...kinds.values()].flatMap((own) => own.map((each, turn) => ({ each, turn })));
  return turns
    .sort((a, b) => a.turn - b.turn)
    .slice(0, count)
    .map(({ each }) => each);
}
