/** Inspects the processes that a test has started. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** The pids of a process's living children. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return stillThere(text.trim().split(' ').filter(Boolean).map(Number));
}

/** Those of the pids whose process has not ended. */
export async function stillThere(pids: readonly number[]): Promise<number[]> {
  const states = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
      return { pid, over: /\) [XZ]/.test(stat) };
    }),
  );
  return states.filter(({ over }) => !over).map(({ pid }) => pid);
}

/** The pid of the program that was started with an argument that contains this text. */
export async function processOf(program: string, text: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const [name = '', ...rest] = words.split('\0');
    if (basename(name) === program && rest.some((word) => word.includes(text))) return Number(pid);
  }
  throw new Error(`no ${program} was started with ${text}`);
}

/** The folder of the lab host that a process keeps; undefined if it keeps none. */
export async function labOf(pid: number): Promise<string | undefined> {
  for (const child of await childrenOf(pid)) {
    const words = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    const [, folder] = words.split('\0lab-keeper\0');
    if (folder !== undefined) return folder.split('\0')[0];
  }
  return undefined;
}

/** The processes, mounts and folder of a lab host, and the copies from which its logs are read; empty once it is removed. */
export async function tracesOf(dir: string): Promise<string[]> {
  const found: string[] = existsSync(dir) ? [dir] : [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (words.includes(dir) || environment.includes(dir))
      found.push(`${pid} ${words.replaceAll('\0', ' ').slice(0, 80)}`);
  }
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return [...found, ...mounts.split('\n').filter((line) => line.includes(dir))];
}
