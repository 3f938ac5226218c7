/**
 * Guests whose names virsh takes for the ID or the UUID of another guest: every command reaches the guest of that name,
 * and the other one is left alone.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveChain, openedDisks } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { assertComplete, readLog } from '../../src/lab/log.ts';
import { type Picture, picture } from '../../src/lab/picture.ts';
import {
  expectEnd,
  expectNextStart,
  expectNothingLeft,
  failingStep,
  planText,
  runSteps,
  startCli,
  startRun,
} from './support.ts';

let host: LabHost;
/** The guest that virsh finds by each name. */
let other: Guest;
beforeAll(async () => {
  host = await startHost();
  other = await host.createGuest({
    name: 'other',
    disks: [{ target: 'vda', chain: ['base', 'top'] }],
  });
  await other.waitForWrites(1);
});
afterAll(() => host.stop());

const at = (name: string) => join(host.images, name);
const firstLine = async (...argv: string[]) => (await host.virsh(...argv)).trim();

/** A running guest that is only reached by its UUID: virsh would use its name for the other guest. */
interface Namesake {
  readonly guest: Guest;
  readonly uuid: string;
}

async function namesake(name: string): Promise<Namesake> {
  const guest = await host.createGuest({
    name,
    start: false,
    disks: [{ target: 'vda', chain: ['base', 'top'], fill: 6_000_000 }],
  });
  const listed = await host.virsh('list', '--all', '--uuid', '--name');
  const uuid = listed
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))!
    .split(' ')[0]!;
  await host.virsh('start', uuid);
  await guest.waitForWrites(1);
  return { guest, uuid };
}

/** No write is lost, and nothing is left of a run; see `expectWrites`, which addresses a guest by its name. */
async function expectIntact({ guest, uuid }: Namesake): Promise<void> {
  const upTo = await guest.waitForWrites(2);
  const live = openedDisks(await host.virsh('dumpxml', uuid));
  await expectNextStart(host, uuid, { upTo, live });
  await expectNothingLeft(host, uuid);
}

const names: readonly (readonly [what: string, name: () => Promise<string>])[] = [
  ['the ID', () => firstLine('domid', 'other')],
  ['the UUID', () => firstLine('domuuid', 'other')],
];

describe.each(names)('a guest that is named like %s of another', (_what, nameOf) => {
  let name: string;
  let own: Namesake;
  let theirs: Picture;
  /** The other guest, its images and nothing of this one. */
  const lookAtOther = () => picture(host, 'other', [at('other')]);
  const lookAtOwn = () => picture(host, own.uuid, [at(name)]);
  beforeAll(async () => {
    name = await nameOf();
    own = await namesake(name);
    theirs = await lookAtOther();
    // virsh takes the name for the other guest.
    expect(await firstLine('domname', name)).toBe('other');
  });
  afterAll(() => host.virsh('destroy', own.uuid));

  /** Only the named guest was worked on. */
  async function expectOtherUntouched(): Promise<void> {
    expect(await lookAtOther()).toEqual(theirs);
    await other.waitForWrites(1);
  }

  test('has its own disk copied', async () => {
    const before = await lookAtOwn();
    const dest = at(`copy-of-${name}.qcow2`);
    const upTo = await own.guest.acknowledged();
    expectEnd(await runSteps(host, name, [{ blockcopy: { disk: 'vda', dest, finish: true } }]), 0);
    assertComplete(await readLog(dest), upTo);
    expect(await lookAtOwn()).toEqual(before);
    await expectOtherUntouched();
    await expectIntact(own);
  });

  test('has a move rolled back, by its run and by "rollback"', async () => {
    const before = await lookAtOwn();
    const move = (dest: string, more: object = {}) => ({
      blockcopy: { disk: 'vda', dest: at(dest), pivot: true, ...more },
    });
    const failed = await runSteps(host, name, [
      { undefine: {} },
      move(`moved-${name}.qcow2`),
      { redefine: { disk: 'vda', source: at(`moved-${name}.qcow2`) } },
      await failingStep(host),
    ]);
    expectEnd(failed, 4);
    expect(await lookAtOwn(), failed.told).toEqual(before);
    await expectOtherUntouched();

    const slow = move(`slow-${name}.qcow2`, { bandwidth: 300_000, bytes: true });
    const running = await startRun(host, { text: planText(name, [slow]) });
    const started = await running.event(({ event }) => event === 'run-started');
    await running.event(({ event }) => event === 'progress');
    running.child.kill('SIGKILL');
    await running.ended;
    expect(await host.virsh('dumpxml', own.uuid)).toContain('blockplan:run');
    const run = started.event === 'run-started' ? started.run : '';
    const ended = await startCli(host, ['rollback', run, '--format', 'json']).ended;
    expect(expectEnd(ended, 0).end).toBe('rolled-back');
    expect(await lookAtOwn(), ended.told).toEqual(before);
    await expectOtherUntouched();
    await expectIntact(own);
  });

  test('is diagnosed itself, and so is the other', async () => {
    const doctor = (domain: string) => startCli(host, ['doctor', domain, '-c', host.uri]).ended;
    for (const domain of [name, 'other']) {
      const { exitCode, told } = await doctor(domain);
      expect(exitCode, told).toBe(0);
    }
    // A stale definition of this guest alone.
    const xml = await host.virsh('dumpxml', own.uuid, '--inactive', '--security-info');
    const file = join(host.dir, 'namesake.xml');
    const [top = '', base = ''] = await liveChain(host, own.uuid, 'vda');
    await writeFile(file, xml.replace(top, base));
    await host.virsh('define', file);
    try {
      const ill = await doctor(name);
      expect(ill.exitCode, ill.told).toBe(3);
      expect(ill.stdout).toContain('BP233');
      expect((await doctor('other')).exitCode).toBe(0);
    } finally {
      await writeFile(file, xml);
      await host.virsh('define', file);
    }
    expect((await doctor(name)).exitCode).toBe(0);
    await expectOtherUntouched();
  });
});
