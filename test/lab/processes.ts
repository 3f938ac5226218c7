/** Looks at the processes a test has started. */
import { readFile } from 'node:fs/promises';

/** The pids of a process's living children. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return stillThere(text.trim().split(' ').filter(Boolean).map(Number));
}

/** Those of the pids that belong to a process that has not ended. */
export async function stillThere(pids: readonly number[]): Promise<number[]> {
  const states = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
      return { pid, over: /\) [XZ]/.test(stat) };
    }),
  );
  return states.filter(({ over }) => !over).map(({ pid }) => pid);
}
