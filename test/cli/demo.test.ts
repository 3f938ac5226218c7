/** The demo without a hypervisor: it says so first, and does its main job on a simulated host. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;

/** The tools that the demo's scripts may use: not virsh, qemu-img, apt-get or dpkg-query. */
const TOOLS = 'cat chown dirname find grep head id mktemp rm sh tail uname';

let bin: string;
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'blockplan-tools-'));
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const tool of TOOLS.split(' ')) symlinkSync(placeOf(tool), join(bin, tool));
});
afterAll(() => rmSync(bin, { recursive: true }));

function placeOf(tool: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, tool)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${tool} does not exist here`);
  return found;
}

interface Demo {
  readonly ended: Promise<number | null>;
  said(): string;
  complained(): string;
  interrupt(): void;
}

function startDemo(words: readonly string[], env: Record<string, string> = {}): Demo {
  const child = spawn(join(bin, 'sh'), ['.ci/demo', ...words], {
    cwd: ROOT,
    env: { PATH: bin, HOME: bin, TMPDIR: bin, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = ['', ''];
  for (const [at, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (piece: string) => {
      texts[at] += piece;
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [said, complained] = [() => texts[0]!, () => texts[1]!];
  return { ended, said, complained, interrupt: () => child.kill('SIGINT') };
}

function expectStory(said: string): void {
  expect(said).toMatch(/^SIMULATED: libvirt, QEMU, the guest/);
  expect(said).toMatch(/^mirror\/mirror: 100 %, /m);
  expect(said).toMatch(/^succeeded: migrate on testvm /m);
  expect(said).toMatch(/^archive\/convert: failed: \/export\/archive has 0 B free/m);
  expect(said).toMatch(/^rolled back: move-and-archive on testvm /m);
  expect(said).toMatch(/^ {2}lost +nothing: all writes of the guest are on its disk$/m);
}

test.concurrent('it is simulated on request', async () => {
  const demo = startDemo(['--simulated']);
  expect(await demo.ended, demo.complained()).toBe(0);
  expectStory(demo.said());
  expect(demo.said()).toContain('The real demo: npm run demo, as root');
});

test.concurrent.each([
  ['for a user who is not root', 'id', 'echo 1000', 'which requires root.\nType:\n  '],
  ['on another processor', 'uname', 'echo riscv64', 'amd64); this is '],
])('it is simulated %s', async (_, tool, answer, reason) => {
  const own = mkdtempSync(join(tmpdir(), 'blockplan-tools-'));
  writeFileSync(join(own, tool), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
  const demo = startDemo([], { PATH: `${own}:${bin}` });
  expect(await demo.ended, demo.complained()).toBe(0);
  rmSync(own, { recursive: true });
  expectStory(demo.said());
  expect(demo.said()).toContain('A real host is not available here:\n');
  expect(demo.said()).toContain(reason);
});

test.concurrent('Ctrl-C rolls back the simulated guest, and leaves no journal behind', async () => {
  const demo = startDemo(['--simulated']);
  await expect
    .poll(demo.said, { timeout: 120_000, interval: 20 })
    .toMatch(/^mirror\/mirror: 10 %/m);
  demo.interrupt();
  expect(await demo.ended, demo.complained()).toBe(130);
  expect(demo.said()).toMatch(/^rolled back: migrate on testvm \(interrupted, /m);
  const [, journal = 'none'] = /journal in (\S+)/.exec(demo.said()) ?? [];
  expect(journal).toContain('blockplan-demo-');
  expect(existsSync(journal)).toBe(false);
});

test('an unknown option is refused', async () => {
  const demo = startDemo(['--simulate']);
  expect([await demo.ended, demo.complained()]).toEqual([
    2,
    expect.stringContaining('--simulated'),
  ]);
});
