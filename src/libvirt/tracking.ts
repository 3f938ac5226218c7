/** Reads what a domain's checkpoints track, and whether their bitmaps are intact. */
import { type CheckpointXml, readCheckpointXml } from '../model/checkpoint-xml.ts';
import type { HeaderChain } from '../model/examination.ts';
import type { Domain } from '../model/host-state.ts';
import type { TrackedCheckpoint, TrackedDisk } from '../model/tracking.ts';
import type { ExaminedAnswers } from './examined-answers.ts';
import { LOCKED_ANSWER_MS, NOT_RUNNING } from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/** libvirt's refusal of a record that has been deleted in the meantime. */
const DELETED = /no domain checkpoint with matching name/;

/** The refusals of `--size`: the guest has stopped, or libvirt or virsh is older than the option. */
const NO_SIZES: readonly RegExp[] = [
  NOT_RUNNING,
  /unsupported flags|doesn't support option --size/,
  DELETED,
];

/** By the path of an active layer, the headers of it and of those below it. */
export type HeadersByTop = Readonly<Record<string, HeaderChain>>;

/**
 * Reads the checkpoints of a domain. With `--size`, libvirt omits the size of a disk whose bitmap QEMU has lost or does not
 * trust (libvirt 9.0.0 and QEMU 7.2: seen for a bitmap that was removed, and for one of a QEMU that was killed). It is the only
 * information about a running guest's bitmaps that a read-only connection gets, and does not taint the guest.
 * @param headers tell an untrusted bitmap from a lost one: only the untrusted one is in a header, marked as in use
 * @param answers gets those that libvirt refuses to show
 */
export async function readTracking(
  virsh: Virsh,
  domain: Domain,
  headers: HeadersByTop,
  answers: ExaminedAnswers,
): Promise<TrackedCheckpoint[]> {
  const ask = (name: string, more: readonly string[]) => [
    'checkpoint-dumpxml',
    ...['--domain', domain.name, '--checkpointname', name, '--no-domain', ...more],
  ];
  const names = domain.checkpoints;
  // Each size needs libvirt's lock on the domain.
  const timeoutMs = LOCKED_ANSWER_MS * Math.max(1, names.length);
  const [plain, sized] = await Promise.all([
    virsh.runAll(names.map((name) => ask(name, []))),
    virsh.runAll(isUpNow(domain) ? names.map((name) => ask(name, ['--size'])) : [], { timeoutMs }),
  ]);
  return names.flatMap((name, at) => {
    const record = { part: 'checkpoints', what: `the record of checkpoint "${name}"` } as const;
    const xml = answers.read(record, plain[at], DELETED);
    if (xml === undefined) return [];
    const size = { part: 'other', what: `the bitmaps of checkpoint "${name}"` } as const;
    const sizes = answers.read(size, sized[at], ...NO_SIZES);
    const { created, disks } = readCheckpointXml(sizes ?? xml);
    return [
      {
        name,
        ...(created === undefined ? {} : { created }),
        disks: disks.map((disk) => trackedAs(disk, domain, headers, sizes !== undefined)),
      },
    ];
  });
}

function isUpNow({ state }: Domain): boolean {
  return state === 'running' || state === 'paused';
}

function trackedAs(
  { target, bitmap, size }: CheckpointXml['disks'][number],
  domain: Domain,
  headers: HeadersByTop,
  isSized: boolean,
): TrackedDisk {
  const next = size ?? brokenBy(target, bitmap, domain, headers, isSized);
  return { target, bitmap, ...(next === undefined ? {} : { next }) };
}

/** @param isSized whether libvirt was asked for the size, and omitted it if it omitted it */
function brokenBy(
  target: string,
  bitmap: string,
  domain: Domain,
  headers: HeadersByTop,
  isSized: boolean,
): 'inconsistent' | 'missing' | undefined {
  const disk = domain.disks.find((each) => each.target === target);
  if (!disk) return undefined;
  const read = headers[disk.chain[0]?.file ?? ''];
  const written = read?.layers
    .flatMap(({ bitmaps }) => bitmaps)
    .filter(({ name }) => name === bitmap);
  const isUntrusted = written?.some(({ inUse }) => inUse);
  if (isUpNow(domain)) return isSized ? (isUntrusted ? 'inconsistent' : 'missing') : undefined;
  if (written === undefined || read?.unread) return undefined;
  if (written.length === 0) return 'missing';
  return isUntrusted ? 'inconsistent' : undefined;
}
