/** Rollbacks beside other tools, on real libvirt: a frozen guest is thawed, and other tools' work is left alone. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { agentConnected, definition } from '../../src/lab/picture.ts';
import { makeLayeredGuest, runStruck } from './struck-run.ts';
import { expectNextStart, expectWrites } from './support.ts';

let host: LabHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const ioError = () => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
const inFolder = ({ name }: Guest, file: string) => join(host.images, name, file);
const liveXml = ({ name }: Guest) => host.virsh('dumpxml', name);

const snapshot = (file: string, more: Readonly<Record<string, unknown>>) => ({
  id: 'snap',
  'snapshot-create-as': {
    name: 'tmp',
    'disk-only': true,
    'no-metadata': true,
    diskspec: [{ disk: 'vda', file }],
    ...more,
  },
});

test('a guest that is frozen when the connection is lost is thawed', async () => {
  const guest = await makeLayeredGuest(host);
  await agentConnected(host, guest.name);
  const frozen = () =>
    host.virsh('qemu-agent-command', guest.name, '{"execute":"guest-fsfreeze-status"}');
  const step = snapshot(inFolder(guest, 'overlay'), { quiesce: true });
  const { finish, told } = await runStruck(
    host,
    guest,
    [step],
    ['snap/snapshot', 'snapshot-create-as'],
    async () => {
      await host.virsh('domfsfreeze', guest.name);
      expect(await frozen()).toContain('"frozen"');
      await host.killDaemon();
      void delay(300).then(() => host.startDaemon());
      throw ioError();
    },
  );
  expect(finish.end, told).toBe('rolled-back');
  expect(await frozen()).toContain('"thawed"');
  await expectWrites(host, guest);
  await guest.destroy();
});

test('a job that another tool has started on the disk is not cancelled in the rollback of a flat copy', async () => {
  const guest = await makeLayeredGuest(host);
  const theirs = inFolder(guest, 'theirs');
  const copy = {
    id: 'copy',
    blockcopy: { disk: 'vda', dest: inFolder(guest, 'dest'), pivot: true },
  };
  const { finish, told } = await runStruck(
    host,
    guest,
    [copy],
    ['copy/pivot', 'blockjob'],
    async () => {
      await host.virsh('blockjob', guest.name, 'vda', '--abort');
      const words = ['--dest', theirs, '--format', 'qcow2', '--transient-job', '--bandwidth', '1'];
      await host.virsh('blockcopy', guest.name, 'vda', ...words);
    },
  );
  expect(finish.end, told).toBe('stranded');
  expect(finish.state, told).toContain('a block job (copy) is running on vda');
  const xml = await liveXml(guest);
  expect(xml).toMatch(/<mirror type='file' file='[^']*theirs' format='qcow2' job='copy'/);
  await host.virsh('blockjob', guest.name, 'vda', '--abort');
  await expectWrites(host, guest);
  await guest.destroy();
});

test('an existing overlay is not committed while the guest is off: its rollback reports that it needs the guest', async () => {
  const guest = await makeLayeredGuest(host);
  const [top, overlay] = [inFolder(guest, 'top.qcow2'), inFolder(guest, 'overlay')];
  await host.qemuImg('create', '-q', '-f', 'qcow2', '-b', top, '-F', 'qcow2', overlay);
  const convert = { id: 'conv', convert: { source: top, dest: inFolder(guest, 'copy') } };
  const { finish, events, told } = await runStruck(
    host,
    guest,
    [snapshot(overlay, { 'reuse-external': true }), convert],
    ['conv/convert', 'qemu-img'],
    async () => {
      await guest.destroy();
      throw ioError();
    },
  );
  expect(finish.end, told).toBe('stranded');
  expect(told).toContain('needs a running guest');
  const commands = events.flatMap((event) => (event.event === 'command' ? [event.command] : []));
  expect(commands.filter((command) => command.includes('blockcommit'))).toEqual([]);
  const upTo = await guest.acknowledged();
  await expectNextStart(host, guest.name, { upTo, wasKilled: true });
  await guest.start();
  await guest.waitForWrites(2);
  expect(await liveXml(guest)).toContain(`<source file='${overlay}'`);
  await guest.destroy();
});

/** A guest with a second disk, which no plan names. */
async function withSecondDisk(): Promise<Guest> {
  const guest = await host.createGuest({
    disks: [
      { target: 'vda', chain: ['base', 'top'] },
      { target: 'vdb', chain: ['data'] },
    ],
  });
  await guest.waitForWrites(1);
  return guest;
}

const TITLE = 'by an operator';
const title = ({ name }: Guest) => host.virsh('desc', name, '--config', '--title', TITLE);
const diskIn = (xml: string | undefined, target: string) =>
  xml?.match(/<disk [\s\S]*?<\/disk>/g)?.find((each) => each.includes(`dev='${target}'`));

test('a rollback keeps another disk where another tool has moved it, and what an operator has edited', async () => {
  const guest = await withSecondDisk();
  const before = await definition(host, guest.name);
  const theirs = inFolder(guest, 'theirs');
  const copy = { disk: 'vda', dest: inFolder(guest, 'dest'), shallow: true, pivot: true };
  const convert = { source: inFolder(guest, 'base.qcow2'), dest: inFolder(guest, 'copy') };
  const { finish, told } = await runStruck(
    host,
    guest,
    [
      { id: 'copy', blockcopy: copy },
      { id: 'conv', convert },
    ],
    ['conv/convert', 'qemu-img'],
    async () => {
      const words = ['--dest', theirs, '--format', 'qcow2', '--transient-job', '--wait', '--pivot'];
      await host.virsh('blockcopy', guest.name, 'vdb', ...words);
      await title(guest);
      throw ioError();
    },
  );
  expect(finish.end, told).toBe('stranded');
  const after = await definition(host, guest.name);
  expect(after).toContain(TITLE);
  expect(diskIn(after, 'vdb')).toContain(`file='${theirs}'`);
  expect(diskIn(after, 'vda')).toBe(diskIn(before, 'vda'));
  await expectWrites(host, guest);
  await guest.destroy();
});

test('a definition that is edited between a pivot and its define keeps the edits, and the guest stays on the copy', async () => {
  const guest = await withSecondDisk();
  const dest = inFolder(guest, 'dest');
  const copy = { disk: 'vda', dest, shallow: true, pivot: true };
  const edited = join(host.dir, 'edited.xml');
  const limit = '<total_iops_sec>100000</total_iops_sec>';
  const { finish, events, told } = await runStruck(
    host,
    guest,
    [{ id: 'copy', blockcopy: copy }],
    ['copy/pivot', 'define'],
    async () => {
      await title(guest);
      const xml = (await definition(host, guest.name)) ?? '';
      await writeFile(edited, xml.replace("<target dev='vda'", `<iotune>${limit}</iotune>$&`));
      await host.virsh('define', edited);
    },
  );
  expect(finish.end, told).toBe('succeeded');
  const commands = events.flatMap((event) => (event.event === 'command' ? [event.command] : []));
  expect(commands.filter((command) => command.includes('blockcopy'))).toHaveLength(1);
  const after = await definition(host, guest.name);
  expect(after).toContain(TITLE);
  expect(diskIn(after, 'vda')).toContain(limit);
  expect(diskIn(after, 'vda')).toContain(`<source file='${dest}'`);
  expect(diskIn(after, 'vda')).not.toContain('<backingStore/>');
  await expectWrites(host, guest);
  await guest.destroy();
});

test('a definition that libvirtd derives when it restarts counts as the saved one', async () => {
  const guest = await withSecondDisk();
  const before = await definition(host, guest.name);
  const dest = inFolder(guest, 'dest');
  const { finish, told } = await runStruck(
    host,
    guest,
    [
      { undefine: {} },
      { id: 'copy', blockcopy: { disk: 'vda', dest, shallow: true, pivot: true } },
      { id: 'redef', redefine: { disk: 'vda', source: dest } },
    ],
    ['redef/define', 'define'],
    async () => {
      await host.killDaemon();
      await host.startDaemon();
      expect(await definition(host, guest.name)).toContain(`<source file='${dest}'`);
      throw ioError();
    },
  );
  expect(finish.end, told).toBe('rolled-back');
  expect(await definition(host, guest.name)).toBe(before);
  await expectWrites(host, guest);
  await guest.destroy();
});
