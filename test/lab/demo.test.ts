import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { tracesOf } from './processes.ts';

const TRANSCRIPT = '../../examples/live-disk-migration/transcript.txt';

/** A demo that was started here, its output so far, and how it ended. */
interface Demo {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said(): string;
}

function startDemo(): Demo {
  // A clean environment: colours, or a libvirt that the caller has chosen, would change the transcript.
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const child = spawn(process.execPath, ['dist/demo.js'], {
    env: { PATH, HOME, ...(XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, said: () => text };
}

/** The folder of the demo's host, as in its output. */
function hostOf(demo: Demo): string {
  const dir = /\/var\/tmp\/blockplan-lab-\w{6}/.exec(demo.said())?.[0];
  if (dir === undefined) throw new Error(`the output names no host: ${demo.said()}`);
  return dir;
}

/** Removes what differs from run to run: names of folders and runs, durations, sizes, counts, and lines of progress. */
function normalised(text: string): string {
  return text
    .replaceAll(/\/var\/tmp\/blockplan-lab-\w{6}/g, '/LAB')
    .replaceAll(/\b\d{8}-\d{6}-[0-9a-f]{6}\b/g, 'RUN-ID')
    .replaceAll(/^\S+\/\S+: \d+ %.*\n/gm, '')
    .replaceAll(/\b\d+(\.\d+)? s\b/g, 'N s')
    .replaceAll(/at byte \d+/g, 'at byte N')
    .replaceAll(/\b1 to \d+\b/g, '1 to N')
    .replaceAll(/\b\d+(\.\d+)? (?:[KMG]i)?B\b/g, 'N MiB')
    .replaceAll(/\bbp1(\.\w+)+/g, 'FINGERPRINT')
    .replaceAll(/\b(durable +|all |wrote )\d+\b/g, '$1N')
    .replaceAll(/^-{20,}$/gm, '-----');
}

describe('npm run demo', () => {
  beforeAll(() => {
    // Builds dist when it is older than its sources; otherwise it does nothing.
    const { status, stderr } = spawnSync('sh', ['.ci/setup', 'demo'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('prints the transcript, and leaves nothing behind', async () => {
    const demo = startDemo();
    expect(await demo.ended, demo.said()).toBe(0);
    await expect(normalised(demo.said())).toMatchFileSnapshot(TRANSCRIPT);
    expect(await tracesOf(hostOf(demo))).toEqual([]);
  });

  test('rolls back on SIGINT in the middle of a copy, and leaves nothing behind', async () => {
    const demo = startDemo();
    await expect
      .poll(demo.said, { timeout: 150_000, interval: 20 })
      .toMatch(/^mirror\/mirror: \d+ %/m);
    demo.child.kill('SIGINT');
    expect(await demo.ended, demo.said()).toBe(130);
    expect(demo.said()).toMatch(/^rolled back: migrate on testvm \(interrupted, /m);
    expect(await tracesOf(hostOf(demo))).toEqual([]);
  });
});
