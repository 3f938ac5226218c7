/**
 * A definition that a dead run had kept is restored: by the command, and by the unit's command at boot; with the guest
 * running, after a power loss, and when only the bundle is left of the run.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { virshCommand } from '../../src/command.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { type Picture, picture } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { isolated } from '../isolation.ts';
import {
  CLI,
  codes,
  type Ended,
  expectEnd,
  expectWrites,
  planText,
  startCli,
  startRun,
  stateDir,
} from './support.ts';

const NAME = 'testvm';
let host: LabHost;
let guest: Guest;
let before: Picture;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    name: NAME,
    start: false,
    autostart: true,
    disks: [
      { target: 'vda', chain: ['base', 'snap1'] },
      { target: 'vdb', chain: ['data'] },
    ],
    extraXml: `<graphics type='vnc' port='-1' passwd='s3cr&amp;t'/><video><model type='vga'/></video>`,
  });
  await guest.start();
  await guest.waitForWrites(2);
  const words = ['--name', 'monday', '--disk-only', '--diskspec', 'vda,snapshot=no'];
  await host.virsh('snapshot-create-as', NAME, ...words, '--diskspec', 'vdb,snapshot=external');
  const checkpoint = ['--name', 'weekly', '--diskspec', 'vda,checkpoint=bitmap'];
  await host.virsh('checkpoint-create-as', NAME, ...checkpoint);
  before = await picture(host, NAME);
});
afterAll(() => host.stop());

const runs = () => join(stateDir(host), 'runs');
const rescue = (...words: string[]): Promise<Ended> => startCli(host, ['rescue', ...words]).ended;
const slow = { bandwidth: 20_000, bytes: true, shallow: true, pivot: true };

/** Runs steps between undefine and redefine, and kills the run during the last of them, a slow copy. */
async function killed(disk: string, ...steps: Record<string, unknown>[]): Promise<string> {
  const earlier = new Set(await readdir(runs()).catch(() => []));
  const all = [{ undefine: {} }, ...steps];
  const running = await startRun(host, { text: planText(NAME, all) });
  await until('the slow copy', 20_000, async () =>
    (await host.virsh('blockjob', NAME, disk, '--info', '--raw')).includes('Block Copy'),
  );
  const meanwhile = await Promise.all([rescue(NAME), rescue('--all')]);
  expect(meanwhile.map((each) => [each.exitCode, codes(each)])).toEqual([
    [3, ['BP120']],
    [0, []],
  ]);
  running.child.kill('SIGKILL');
  await running.ended;
  return (await readdir(runs())).find((run) => !earlier.has(run))!;
}

let round = 0;
const dest = (name: string) => join(host.images, `${name}-${round}.qcow2`);
const copy = (disk: string, more: object = {}) => ({
  blockcopy: { disk, dest: dest(`new-${disk}`), shallow: true, pivot: true, ...more },
});
const redefine = (disk: string) => ({ redefine: { disk, source: dest(`new-${disk}`) } });
function onlyVda(): Promise<string> {
  round += 1;
  return killed('vda', copy('vda', slow), redefine('vda'));
}
function bothDisks(): Promise<string> {
  round += 1;
  return killed('vdb', copy('vda'), copy('vdb', slow), redefine('vda'), redefine('vdb'));
}

const isPersistent = async () => /^Persistent:\s+yes$/m.test(await host.virsh('dominfo', NAME));

function expectOutcome(ended: Ended, outcome: string, code = 0): void {
  expect(ended.exitCode, ended.told).toBe(code);
  expect(ended.stdout.split(':')[0], ended.told).toBe(outcome);
}

/** Rolls the run back, after which everything must be as before. */
async function takenBack(run: string): Promise<void> {
  const ended = await startCli(host, ['rollback', run, '--format', 'json']).ended;
  expectEnd(ended, 0);
  expect(await picture(host, NAME), ended.told).toEqual(before);
  const again = await rescue(run);
  expect([again.exitCode, codes(again)], again.told).toEqual([3, ['BP227']]);
}

/** No write is lost. The check of the next start leaves the guest on another QEMU process, which counts from then on. */
async function allWritten(): Promise<void> {
  await expectWrites(host, guest);
  const now = await picture(host, NAME);
  expect(now).toEqual({ ...before, live: now.live });
  before = now;
}

describe('while the guest keeps running', () => {
  test('the definition is restored to the byte, with its metadata; a second rescue does nothing', async () => {
    const run = await onlyVda();
    expect(await isPersistent()).toBe(false);
    const ended = await rescue(NAME);
    expectOutcome(ended, 'restored');
    expect(ended.stdout).toContain(`$ blockplan rollback ${run}`);
    const now = await picture(host, NAME);
    expect(now).toEqual({ ...before, live: now.live, files: now.files });
    for (const word of [NAME, run, '--all']) expectOutcome(await rescue(word), 'left alone');
    await takenBack(run);
    await allWritten();
  });

  test('a moved disk is defined with its current file, also if only the bundle is left', async () => {
    const run = await bothDisks();
    const folder = join(runs(), run);
    const elsewhere = join(host.dir, 'elsewhere');
    await mkdir(elsewhere);
    await cp(join(folder, 'bundle.json'), join(elsewhere, 'bundle.json'));
    const moved = before.definition!.replace(before.chains['vda']![0]!, dest('new-vda'));
    // From a copy of the file; and, if that was not complete, by the run.
    expectOutcome(await rescue(join(elsewhere, 'bundle.json')), 'restored');
    expect((await picture(host, NAME)).definition).toBe(moved);
    expect(await readdir(elsewhere)).toEqual(['bundle.json']);
    await host.virsh('undefine', NAME);
    expectOutcome(await rescue(run), 'restored');
    const now = await picture(host, NAME);
    expect(now).toEqual({ ...before, ...now, definition: moved, autostart: 'enable' });
    expect([now.snapshots, now.checkpoints]).toEqual([before.snapshots, before.checkpoints]);
    await takenBack(run);
    await allWritten();
  });

  test('a run can still be resumed to its end', async () => {
    const run = await bothDisks();
    expectOutcome(await rescue(run), 'restored');
    const resumed = startCli(host, ['resume', run, '--format', 'json']);
    await host.virsh('blockjob', NAME, 'vdb', '--bandwidth', '1000');
    expectEnd(await resumed.ended, 0);
    const now = await picture(host, NAME);
    for (const disk of ['vda', 'vdb']) {
      expect(now.chains[disk]![0]).toBe(dest(`new-${disk}`));
      expect(now.definition).toContain(`<source file='${dest(`new-${disk}`)}'`);
    }
    expect([now.autostart, now.snapshots, now.checkpoints]).toEqual([
      before.autostart,
      before.snapshots,
      before.checkpoints,
    ]);
    before = now;
    await allWritten();
  });
});

describe('after a power loss', () => {
  /**
   * Runs the unit's command as `systemctl start` or the boot would, with as much of its confinement as is possible without
   * systemd: only the state directory is writable, there is no network, and root has only the unit's capabilities.
   */
  async function unit(): Promise<Ended> {
    const file = new URL('../../examples/systemd/blockplan-rescue.service', import.meta.url);
    const text = readFileSync(file, 'utf8');
    const settingOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
    const rights = settingOf('CapabilityBoundingSet').toLowerCase().replaceAll('cap_', '+');
    const confine = [
      'mount --make-rprivate /',
      'mount --bind "$HOST" "$HOST"',
      'mount -o remount,bind,ro /',
      'mount -o remount,bind,ro "$HOST"',
      'mount --bind "$STATE" "$STATE"',
      'mount -o remount,bind,rw "$STATE"',
      'mount -t tmpfs none /tmp',
      '! touch "$HOST/x" 2>/dev/null',
      `exec setpriv --bounding-set=-all,${rights.split(' ').join(',')} --no-new-privs "$@"`,
    ].join(' && ');
    const words = settingOf('ExecStart').split(' ').slice(1);
    // A checkout may be below /tmp, which the unit cannot see; an installed program is not.
    const installed = join(host.dir, 'installed');
    await cp(dirname(CLI), installed, { recursive: true });
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [
        '--mount',
        '--net',
        'sh',
        '-c',
        confine,
        'sh',
        process.execPath,
        join(installed, 'cli.js'),
        ...words,
      ],
      {
        cwd: '/',
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          ...isolated(stateDir(host)),
          HOST: host.dir,
          STATE: stateDir(host),
        },
      },
    );
    return { exitCode: status, stdout, stderr, events: [], told: `${status}\n${stdout}${stderr}` };
  }

  async function powerLoss(): Promise<number> {
    const acknowledged = await guest.acknowledged();
    await host.powerOff();
    await host.boot();
    return acknowledged;
  }

  /** libvirt restores an undefined domain by itself if the status of a job was saved; this one had none. */
  async function forgotten(): Promise<void> {
    await host
      .virsh('undefine', NAME, '--snapshots-metadata', '--checkpoints-metadata')
      .catch(() => {});
    await expect(host.virsh('dominfo', NAME)).rejects.toThrow('failed to get domain');
  }

  /** For a guest with autostart libvirt counts and sorts as it does after a power loss. */
  async function freshlyBooted(): Promise<void> {
    await powerLoss();
    await guest.waitForWrites(2);
    const now = await picture(host, NAME);
    expect(now).toEqual({ ...before, live: now.live });
    before = now;
  }

  test('the unit defines it where the guest wrote last, and the guest continues from there', async () => {
    await freshlyBooted();
    const run = await bothDisks();
    const upTo = await powerLoss();
    await forgotten();
    const define = async (xml: string) => {
      await writeFile(join(host.dir, 'other.xml'), xml);
      await host.virsh('define', join(host.dir, 'other.xml'));
    };
    await define(before.definition!.replace(/ *<uuid>.*<\/uuid>\n/, ''));
    const namesake = await rescue(run);
    expect([namesake.exitCode, codes(namesake)], namesake.told).toEqual([3, ['BP228']]);
    await host.virsh('undefine', NAME);
    await define(before.definition!.replace(`<name>${NAME}<`, '<name>renamed<'));
    const renamed = await rescue(run);
    expectOutcome(renamed, 'left alone');
    expect(renamed.stdout).toContain('libvirt knows it as "renamed"');
    await host.virsh('undefine', 'renamed');
    // An unreadable run does not prevent the rescue of others.
    await mkdir(join(runs(), '20000101-000000-aaaaaa'));
    await writeFile(join(runs(), '20000101-000000-aaaaaa', 'bundle.json'), 'garbage');
    await writeFile(join(stateDir(host), 'unfinished', '20000101-000000-aaaaaa'), '');
    const ended = await unit();
    expect([ended.exitCode, codes(ended)], ended.told).toEqual([3, ['BP225']]);
    expect(ended.stdout).toContain(`restored: ${NAME} (run ${run})`);
    await rm(join(stateDir(host), 'unfinished', '20000101-000000-aaaaaa'));
    expect(await guest.state()).toBe('shut off');
    const now = await picture(host, NAME);
    const moved = before.definition!.replace(before.chains['vda']![0]!, dest('new-vda'));
    expect([now.definition, now.autostart]).toEqual([moved, 'enable']);
    expect([now.snapshots, now.checkpoints]).toEqual([before.snapshots, before.checkpoints]);
    expectOutcome(await unit(), 'left alone');
    // Now the domain is undefined on purpose.
    await host.virsh('undefine', NAME, '--snapshots-metadata', '--checkpoints-metadata');
    expectOutcome(await unit(), 'left alone');
    await expect(host.virsh('dominfo', NAME)).rejects.toThrow('failed to get domain');
    expectOutcome(await rescue(run), 'restored');
    await guest.start();
    expect(await guest.waitForWrites(2)).toBeGreaterThan(upTo);
    await takenBack(run);
    await expectWrites(host, guest);
  });

  test('with only the bundle left it reports that the newest file is unknown, and leaves autostart off', async () => {
    const run = await onlyVda();
    const upTo = await powerLoss();
    // A libvirt that has restored the domain by itself has lost its metadata.
    expectOutcome(await unit(), 'restored');
    const { live: _off, ...back } = await picture(host, NAME);
    expect(back).toMatchObject({
      definition: before.definition,
      autostart: 'enable',
      snapshots: before.snapshots,
      checkpoints: before.checkpoints,
    });
    await forgotten();
    const folder = join(runs(), run);
    for (const file of readdirSync(folder))
      if (file !== 'bundle.json') await rm(join(folder, file));
    const ended = await rescue(run);
    expectOutcome(ended, 'in doubt', 5);
    expect(ended.stdout).toContain('vda: it is unknown where the guest last wrote');
    expect(ended.stdout).toContain(`$ ${virshCommand({ connect: host.uri }, 'autostart', NAME)}`);
    const now = await picture(host, NAME);
    expect([now.definition, now.autostart]).toEqual([before.definition, 'disable']);
    expectOutcome(await rescue(NAME), 'left alone');
    await guest.start();
    expect(await guest.waitForWrites(2)).toBeGreaterThan(upTo);
    await expectWrites(host, guest);
    expect(await readFile(join(folder, 'bundle.json'), 'utf8')).toContain('restored');
  });
});
