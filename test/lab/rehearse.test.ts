/** Rehearsals through the command line: another lab host stands in for the user's machine. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { picture } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import type { Rehearsal } from '../../src/rehearse/report.ts';
import { labOf, stillThere, tracesOf } from './processes.ts';
import { sampled } from './sample.ts';
import {
  codes,
  type Ended,
  planText,
  type Running,
  raiseLog,
  startCli,
  writePlan,
} from './support.ts';

const NAME = 'testvm';
let host: LabHost;
let guest: Guest;
let base: string;
let mid: string;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    name: NAME,
    autostart: true,
    disks: [
      { target: 'vda', chain: ['base', 'mid', 'active'] },
      { target: 'vdb', chain: ['data'], format: 'raw' },
    ],
  });
  [base, mid] = guest.disks[0]!.files as [string, string];
  await mkdir(join(host.images, 'fast'));
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

const at = (name: string) => join(host.images, 'fast', name);

async function rehearse(file: string, ...words: readonly string[]): Promise<Ended> {
  return startCli(host, ['rehearse', file, ...words, '-c', host.uri]).ended;
}

/** The folder of the lab host that a rehearsal creates. */
function labOfRehearsal({ child }: Running): Promise<string> {
  return until('the lab of the rehearsal', 20_000, () => labOf(child.pid!));
}

/** Rehearses steps and returns the report as JSON; fails unless it exits with that code. */
async function reportOf(
  exitCode: number,
  steps: readonly Record<string, unknown>[],
  more: Record<string, unknown> = {},
): Promise<Rehearsal> {
  const file = await writePlan(host, planText(NAME, steps, more));
  const ended = await rehearse(file, '--format', 'json');
  expect(ended.exitCode, ended.told).toBe(exitCode);
  return JSON.parse(ended.stdout) as Rehearsal;
}

/** All checks that failed. */
function wrongIn({ parts }: Rehearsal): string[] {
  return parts.flatMap(({ checks }) => checks.flatMap(({ wrong }) => wrong));
}

describe('the shipped plans', () => {
  const vars: Record<string, () => Record<string, string>> = {
    'live-storage-migration': () => ({ dest: at('moved.qcow2') }),
    'live-storage-migration-classic': () => ({ dest: at('moved.qcow2') }),
    'live-backup': () => ({ dest: at('backup'), overlay: at('overlay') }),
    'live-backup-mirror': () => ({ dest: at('backup') }),
  };
  test.each(sampled('rehearsals', Object.entries(vars), 1))('%s', async (plan, values) => {
    const before = await picture(host, NAME);
    const settings = Object.entries({ domain: NAME, ...values() }).flatMap(([name, value]) => [
      '--set',
      `${name}=${value}`,
    ]);
    const words = [`plans/${plan}.yaml`, ...settings, '--format', 'json', '-c', host.uri];
    const running = startCli(host, ['rehearse', ...words]);
    const lab = await labOfRehearsal(running);
    const ended = await running.ended;
    expect(ended.exitCode, ended.told).toBe(0);
    const report = JSON.parse(ended.stdout) as Rehearsal;
    expect(report.end).toBe('succeeded');
    expect(report.parts.map(({ name }) => name)).toEqual(['run', 'undo', 'run again']);
    expect(wrongIn(report), ended.told).toEqual([]);
    expect(report.parts.every(({ checks }) => checks.length >= 4)).toBe(true);
    expect(report.notUndone).toBeUndefined();
    // The phases are undone in reverse order.
    const names = report.parts.map(({ phases }) =>
      phases.map(({ step, phase }) => `${step}/${phase}`),
    );
    expect(names[1]).toEqual([...names[0]!].reverse());
    expect(names[2]).toEqual(names[0]);
    const [first] = report.parts;
    expect(first!.made.map(({ file }) => file)).toEqual([values()['dest']]);
    expect(first!.made[0]!.bytes).toBeGreaterThan(0);
    expect(JSON.stringify(report)).not.toContain('/disks/');
    expect(await tracesOf(lab)).toEqual([]);
    expect(await picture(host, NAME)).toEqual(before);
  });
});

test('a backup of all disks, whose copies hold what was on disk, until it is kept', async () => {
  const store = join(host.images, 'store');
  await mkdir(store, { mode: 0o711 });
  const report = await reportOf(0, [{ 'backup-begin': { store, name: 'tonight' } }]);
  expect(wrongIn(report)).toEqual([]);
  expect(report.parts.map(({ name }) => name)).toEqual(['run', 'undo', 'run again']);
  expect(report.notUndone).toMatchObject({ phase: 'step-1/publish' });
  const images = ['tonight.partial', 'tonight'].flatMap((name) =>
    ['vda', 'vdb'].map((disk) => join(store, name, `${disk}.qcow2`)),
  );
  const checks = report.parts.flatMap((part) => part.checks);
  const copies = checks.filter(({ what }) => what.startsWith(store));
  expect(copies.map(({ what }) => what)).toEqual(images);
  for (const { found } of copies) expect(found).toMatch(/; number [1-9]\d* was already on disk/);
});

describe("from a facts file, with no libvirt except the lab's", () => {
  const nowhere = { env: { LIBVIRT_DEFAULT_URI: 'qemu+unix:///system?socket=/nowhere' } };

  async function rehearseFacts(plan: string, facts: string, words: readonly string[]) {
    const argv = ['rehearse', plan, '--facts', facts, '--format', 'json', ...words];
    const ended = await startCli(host, argv, nowhere).ended;
    expect(ended.exitCode, ended.told).toBe(0);
    const report = JSON.parse(ended.stdout) as Rehearsal;
    expect(wrongIn(report)).toEqual([]);
    expect(report.parts.map(({ name }) => name)).toEqual(['run', 'undo', 'run again']);
    return report;
  }

  test('runs with facts that blockplan facts wrote', async () => {
    const facts = join(host.dir, 'facts.yaml');
    const plan = 'plans/live-backup.yaml';
    const values = { domain: NAME, dest: at('backup'), overlay: at('overlay') };
    const set = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const words = ['facts', NAME, '--plan', plan, ...set, '--output', facts, '-c', host.uri];
    const written = await startCli(host, words).ended;
    expect(written.exitCode, written.told).toBe(0);
    const report = await rehearseFacts(plan, facts, set);
    expect(report.parts[0]!.made.map(({ file }) => file)).toEqual([at('backup')]);
  });

  test('runs with facts that a person wrote, of a guest and folders that do not exist on this machine', async () => {
    const facts = join(host.dir, 'by-hand.yaml');
    const chain = [4, 3, 2, 1, 0].map((layer) => `/san/web/layer-${layer}.qcow2`);
    await writeFile(
      facts,
      stringify({
        facts: 'blockplan/v1',
        host: { libvirt: '99.0.0' },
        domain: { name: 'web', autostart: true, snapshots: ['before-upgrade'] },
        disks: [{ target: 'vda', chain }],
      }),
    );
    const report = await rehearseFacts('plans/live-storage-migration-classic.yaml', facts, [
      '--set',
      'domain=web',
    ]);
    const [first] = report.parts;
    expect(first!.made.map(({ file }) => file)).toEqual(['/export/fast/testvm.qcow2']);
    const found = first!.checks.map(({ what, found: seen }) => `${what}: ${seen}`).join('\n');
    expect(found).toContain('vda has 5 layers');
    expect(found).toContain('autostart on');
    expect(report.differences.join('\n')).toMatch(/^libvirt is \S+; the original has 99\.0\.0$/m);
    expect(existsSync('/san')).toBe(false);
  });
});

test("the user's daemon gets read-only connections only", async () => {
  await raiseLog(host, '1:libvirt');
  const asked = (await readFile(host.logs, 'utf8')).length;
  const report = await reportOf(0, [{ blockcopy: { disk: 'vda', dest: at('new'), finish: true } }]);
  expect(wrongIn(report)).toEqual([]);
  const log = (await readFile(host.logs, 'utf8')).slice(asked);
  const opened = [...log.matchAll(/virConnectOpenAuth:.*flags=(\S+)$/gm)].map(([, flags]) => flags);
  expect(new Set(opened)).toEqual(new Set(['0x1']));
});

test('the text reports first the end, and then what was done, without hooks', async () => {
  const copy = { blockcopy: { disk: 'vda', dest: at('new'), shallow: true, pivot: true } };
  // It would refuse the run.
  const hooks = { before: { command: ['/bin/false'] } };
  const file = await writePlan(host, planText(NAME, [copy], { hooks }));
  const { stdout } = await rehearse(file);
  expect(stdout).toMatch(/^rehearsed: lab-plan on a guest like testvm \(/);
  expect(stdout).toMatch(/private libvirt \d+\.\d+\.\d+ with QEMU \d+\.\d+\.\d+/);
  expect(stdout).toContain(`$ virsh blockcopy --domain testvm --path vda --dest ${at('new')} `);
  expect(stdout).toMatch(/^3\. run again: 2 phases, 4 commands, the same, /m);
  expect(stdout).toContain('1 to ');
  expect(stdout).toContain('hooks not run, because a rehearsal skips them: before hook 1');
});

describe('phases without a rollback are not undone, and reported', () => {
  const merge = { blockcommit: { disk: 'vda', top: mid, base } };

  test('a merge in the middle of a chain, after something that can be undone', async () => {
    const copy = { blockcopy: { disk: 'vdb', dest: at('copy.raw'), finish: true } };
    const report = await reportOf(0, [
      copy,
      { blockcommit: { ...merge.blockcommit, top: mid, base } },
    ]);
    expect(report.notUndone).toMatchObject({ phase: 'step-2/commit' });
    expect(report.parts.map(({ name }) => name)).toEqual(['run', 'undo', 'run again']);
    expect(report.parts[0]!.phases.map(({ step }) => step)).toEqual(['step-1', 'step-1']);
    expect(report.parts[2]!.phases.map(({ step }) => step)).toContain('step-2');
    expect(wrongIn(report)).toEqual([]);
  });

  test('a plan that stops on failure is only run', async () => {
    const copy = { blockcopy: { disk: 'vdb', dest: at('copy.raw'), finish: true } };
    const report = await reportOf(0, [copy], { 'on-failure': 'stop' });
    expect(report.notUndone?.reason).toContain('on-failure: stop');
    expect(report.parts.map(({ name }) => name)).toEqual(['run']);
  });
});

test('an error that only libvirt detects shows here, not on the guest', async () => {
  const before = await picture(host, NAME);
  const report = await reportOf(4, [
    { blockcopy: { disk: 'vdb', dest: at('copy.raw'), finish: true } },
    // More MiB/s than libvirt can represent.
    { blockcopy: { disk: 'vda', dest: at('never'), finish: true, bandwidth: 90_000_000_000_000 } },
  ]);
  expect(report.end).toBe('rolled-back');
  expect(report.problems.join()).toContain('step-2/mirror failed: virsh blockcopy: ');
  expect(report.parts.map(({ name }) => name)).toEqual(['run', 'undo']);
  expect(wrongIn(report)).toEqual([]);
  expect(await picture(host, NAME)).toEqual(before);
});

describe('an interruption leaves nothing behind', () => {
  test.each([
    ['while the guest boots', /building/],
    ['in the middle of a copy', /running step-1\/mirror/],
  ])('%s', async (_, moment) => {
    const slow = { bandwidth: 100_000, bytes: true, finish: true };
    const file = await writePlan(
      host,
      planText(NAME, [{ blockcopy: { disk: 'vda', dest: at('slow'), ...slow } }]),
    );
    const running = startCli(host, ['rehearse', file, '-c', host.uri]);
    // A rehearsal has a host of its own, so it would outlive a test that fails.
    onTestFinished(() => void running.child.kill('SIGKILL'));
    let said = '';
    running.child.stderr?.on('data', (text: string) => {
      said += text;
    });
    await expect.poll(() => said, { timeout: 150_000, interval: 20 }).toMatch(moment);
    const lab = await labOfRehearsal(running);
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.exitCode, ended.told).toBe(130);
    expect(ended.stdout).toMatch(/^interrupted/);
    expect(await tracesOf(lab)).toEqual([]);
    expect(await stillThere([running.child.pid!])).toEqual([]);
  });
});

describe('a rehearsal that cannot run is refused before anything begins', () => {
  const plan = ['rehearse', 'plans/live-backup-mirror.yaml', '-c', 'test:///default'];

  test('not as root', () => {
    // The clone may be in a folder that other users cannot enter.
    const open = mkdtempSync(join(tmpdir(), 'blockplan-open-'));
    try {
      chmodSync(open, 0o755);
      for (const part of ['dist', 'plans', 'package.json'])
        cpSync(part, join(open, part), { recursive: true });
      const words = ['--reuid=65534', '--clear-groups', process.execPath, 'dist/cli.js', ...plan];
      const { status, stderr } = spawnSync('setpriv', words, { encoding: 'utf8', cwd: open });
      expect([status, codes({ stderr } as Ended)], stderr).toEqual([3, ['BP170']]);
    } finally {
      rmSync(open, { recursive: true });
    }
  });

  test('without a package, which the message names', () => {
    const hide = 'mount -t tmpfs none "$1" && shift && exec "$@"';
    const where = '/usr/lib/x86_64-linux-gnu/libvirt/connection-driver';
    const words = [
      ...['--mount', 'sh', '-c', hide, 'sh', where, process.execPath, 'dist/cli.js', ...plan],
    ];
    const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
    expect([status, codes({ stderr } as Ended)], stderr).toEqual([3, ['BP171']]);
    expect(stderr).toContain('install --no-install-recommends libvirt-daemon-driver-qemu\n');
  });
});
