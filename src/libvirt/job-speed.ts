/** Changes how fast a block job of a running guest copies, beside the run that started it. */
import { blockjob } from '../commands/blockjob.ts';
import { wordsOf } from '../commands/define.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { LOCKED_ANSWER_MS, NOT_RUNNING } from './read-answer.ts';
import type { Virsh } from './virsh.ts';

export interface JobSpeed {
  /** The domain's UUID, which no other domain can have. */
  readonly uuid: string;
  /** The disk's target. */
  readonly disk: string;
  /** In bytes per second; 0 for unlimited. */
  readonly bandwidth: number;
}

/**
 * Limits the speed of the job on a disk, and reads the limit back.
 * @returns the limit that libvirt reports, in bytes per second; undefined if the job has ended
 * @throws EffectFailed if libvirt refuses to set it, or to read it back
 */
export async function limitJobSpeed(
  virsh: Virsh,
  { uuid, disk, bandwidth }: JobSpeed,
): Promise<number | undefined> {
  const args = { domain: uuid, path: disk, bandwidth, bytes: true };
  const wait = { timeoutMs: LOCKED_ANSWER_MS };
  const set = await virsh.run(wordsOf(blockjob, args).map(String), wait);
  if (!set.ok) {
    const { error: said } = set;
    if (blockjob.refusal?.(args, said) !== undefined) return undefined;
    throw new EffectFailed(said);
  }
  const info = ['--info', '--raw', '--bytes'];
  const query = ['blockjob', '--domain', uuid, '--path', disk, ...info];
  const answer = await virsh.run(query, wait);
  if (!answer.ok && NOT_RUNNING.test(answer.error)) return undefined;
  if (!answer.ok)
    throw new EffectFailed(`the limit was set, but cannot be read back: ${answer.error}`);
  const found = /^\s*bandwidth=(\d+)$/m.exec(answer.stdout)?.[1];
  return found === undefined ? undefined : Number(found);
}
