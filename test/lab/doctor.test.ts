/**
 * Damage made by hand, as accidents and other tools leave it. The doctor reports each problem and changes nothing; its
 * plans and commands repair the guest, which keeps writing all the time.
 */
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../src/doctor/diagnose.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition, listing, metadataRecords } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { MARKER_URI } from '../../src/model/marker.ts';
import {
  codes,
  type Ended,
  expectOnlyRead,
  expectWrites,
  planText,
  raiseLog,
  startCli,
  startRun,
  tool,
} from './support.ts';

const NAME = 'web1';
let host: LabHost;
let guest: Guest;
/** vda has no base, vdb has one, vdc has none. */
let vda: string;
let vdb: readonly [base: string, top: string];
let vdc: string;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    name: NAME,
    disks: [
      { target: 'vda', chain: ['one'] },
      { target: 'vdb', chain: ['base', 'mid'] },
      { target: 'vdc', chain: ['three'] },
    ],
  });
  vda = guest.disks[0]!.files[0]!;
  vdb = guest.disks[1]!.files as [string, string];
  vdc = guest.disks[2]!.files[0]!;
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

const at = (name: string) => join(host.images, NAME, name);
const doctor = (...more: string[]): Promise<Ended> =>
  startCli(host, ['doctor', NAME, '-c', host.uri, ...more]).ended;

/** The doctor's findings, possibly none. */
async function diagnosis(): Promise<Diagnosis> {
  const ended = await doctor('--format', 'json');
  expect(ended.stderr, ended.told).toBe('');
  const told = JSON.parse(ended.stdout) as Diagnosis;
  expect(ended.exitCode).toBe(told.findings.length > 0 ? 3 : 0);
  return told;
}

const codesOf = ({ findings }: Diagnosis) => findings.map(({ code }) => code).sort();

/** Types commands that the doctor printed, as a person would. */
async function type(commands: readonly string[]): Promise<void> {
  for (const command of commands) await tool('sh', '-ec', `cd '${host.dir}'; ${command}`);
}

async function define(xml: string): Promise<void> {
  const file = join(host.dir, 'by-hand.xml');
  await writeFile(file, xml);
  await host.virsh('define', file);
}

test('a healthy guest has no findings', async () => {
  const ended = await doctor();
  expect([ended.exitCode, ended.stderr], ended.told).toEqual([0, '']);
  expect(ended.stdout).toContain('nothing found');
});

test('an unknown name is refused', async () => {
  const ended = await startCli(host, ['doctor', 'web9', '-c', host.uri]).ended;
  expect([ended.exitCode, codes(ended)], ended.told).toEqual([3, ['BP101']]);
});

test('a header that names another file than QEMU has', async () => {
  const image = await open(vdb[1], 'r+');
  const at = (await readFile(vdb[1])).indexOf('base.qcow2');
  try {
    await image.write('BASE', at);
    const told = await diagnosis();
    expect(codesOf(told)).toEqual(['BP245']);
    expect(told.findings[0]?.plan?.text).toContain('blockcopy:');
    await image.write('base', at);
  } finally {
    await image.close();
  }
  expect((await diagnosis()).findings).toEqual([]);
});

describe('nine kinds of damage at once', () => {
  beforeAll(async () => {
    const before = await definition(host, NAME);
    // A backup that never ended, and a restored older definition, which hides the layers of vdb as well.
    await host.virsh(
      ...['snapshot-create-as', NAME, 'backup', '--disk-only', '--no-metadata'],
      ...['--diskspec', 'vdb,snapshot=no', '--diskspec', 'vdc,snapshot=no'],
    );
    const source = `<source file='${vdb[1]}'/>`;
    expect(before).toContain(source);
    await define(before.replace(source, `${source}<backingStore/>`));
    // A snapshot that was committed without libvirt, a checkpoint without its bitmap.
    await host.virsh(
      ...['snapshot-create-as', NAME, 's1', '--disk-only'],
      ...['--diskspec', 'vda,snapshot=no', '--diskspec', 'vdb,snapshot=no'],
    );
    await host.virsh('blockcommit', NAME, 'vdc', '--active', '--shallow', '--pivot');
    await dropBitmap();
    // A ready copy that was never ended, an overlay beside the chain, a base that was moved away, the marker of a dead run.
    await host.virsh(
      ...['blockcopy', NAME, 'vdc', '--dest', at('nobody.qcow2'), '--transient-job', '--wait'],
    );
    await host.qemuImg('create', '-q', '-f', 'qcow2', '-b', vdb[1], '-F', 'qcow2', at('stray'));
    await rm(vdb[0]);
    const mark = `<run run='20260101-000000-dead00' host='${hostname()}' user='root' pid='4194304' since='2026-01-01T00:00:00Z'/>`;
    await host.virsh(
      ...['metadata', NAME, '--uri', MARKER_URI, '--key', 'blockplan', '--set', mark, '--live'],
    );
  });

  /** Makes a checkpoint of vdc and lets QEMU drop its bitmap, as a tool that fails does. */
  async function dropBitmap(): Promise<void> {
    const file = join(host.dir, 'checkpoint.xml');
    const disks = ['vda', 'vdb'].map((name) => `<disk name='${name}' checkpoint='no'/>`).join('');
    await writeFile(
      file,
      `<domaincheckpoint><name>c1</name><disks>${disks}<disk name='vdc' checkpoint='bitmap'/></disks></domaincheckpoint>`,
    );
    await host.virsh('checkpoint-create', NAME, file);
    const qmp = (command: object) =>
      host.virsh('qemu-monitor-command', NAME, JSON.stringify(command));
    const nodes = JSON.parse(
      await qmp({ execute: 'query-named-block-nodes', arguments: { flat: true } }),
    ) as { return: { 'node-name': string; 'dirty-bitmaps'?: { name: string }[] }[] };
    const node = nodes.return.find((each) =>
      each['dirty-bitmaps']?.some(({ name }) => name === 'c1'),
    );
    const bitmap = { node: node?.['node-name'], name: 'c1' };
    await qmp({ execute: 'block-dirty-bitmap-remove', arguments: bitmap });
  }

  /** Everything that a doctor could have changed; the chain of vdb cannot be read any more. */
  const seen = () =>
    Promise.all([
      host.virsh('dumpxml', NAME),
      definition(host, NAME),
      metadataRecords(host, NAME, 'snapshot'),
      metadataRecords(host, NAME, 'checkpoint'),
      listing(host.images),
    ]);

  let told: Diagnosis;

  test('each is reported, through read-only connections', async () => {
    await raiseLog(host, '1:libvirt');
    const before = await seen();
    const logged = (await readFile(host.logs, 'utf8')).length;
    told = await diagnosis();
    expect(codesOf(told)).toEqual([
      'BP233',
      'BP234',
      'BP235',
      'BP236',
      'BP237',
      'BP238',
      'BP239',
      'BP240',
      'BP244',
    ]);
    await expectOnlyRead(host, logged);
    expect(await seen()).toEqual(before);
    const text = await doctor();
    expect(text.exitCode).toBe(3);
    const prose = text.stdout.split('\n').filter((line) => !/^ {4}|\//.test(line));
    expect(prose.filter((line) => line.length > 80)).toEqual([]);
    await raiseLog(host, '3:libvirt');
  });

  test('the printed commands and plans repair it, and no write is lost', async () => {
    const folder = join(host.dir, 'mend');
    expect((await doctor('--output', folder)).exitCode).toBe(3);
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(
      ['commit-vda', 'copy-vdb', 'redefine-vda', 'redefine-vdb'].map(
        (name) => `${NAME}-${name}.yaml`,
      ),
    );
    const again = await doctor('--output', folder);
    expect([again.exitCode, codes(again)], again.told).toEqual([2, ['BP246']]);
    const written = names.map((name) => join(folder, name));
    const valid = await startCli(host, ['validate', ...written]).ended;
    expect(valid.exitCode, valid.told).toBe(0);
    for (const file of written) {
      const dry = await startCli(host, ['run', file, '-c', host.uri, '--dry-run']).ended;
      expect(dry.exitCode, dry.told).toBe(0);
    }
    for (const code of ['BP237', 'BP238', 'BP240'])
      await type(told.findings.find((each) => each.code === code)!.commands);
    await type(told.findings.find(({ code }) => code === 'BP239')!.commands.slice(0, 1));
    for (const name of ['redefine-vda', 'redefine-vdb', 'commit-vda', 'copy-vdb']) {
      const plan = join(folder, `${NAME}-${name}.yaml`);
      const ran = await startCli(host, ['run', plan, '-c', host.uri, '--yes']).ended;
      expect(ran.exitCode, ran.told).toBe(0);
    }
    // The doctor cannot know who needs these overlays: it only reports them. The plan has kept what it merged.
    const rest = await diagnosis();
    expect(codesOf(rest)).toEqual(['BP236', 'BP236']);
    expect(JSON.stringify(rest)).not.toMatch(/\bremove\b/);
    await rm(at('three.s1'));
    await rm(at('one.backup'));
    expect((await diagnosis()).findings).toEqual([]);
    await expectWrites(host, guest);
    for (const [target, file] of [
      ['vda', vda],
      ['vdb', at('web1-vdb-whole.qcow2')],
      ['vdc', vdc],
    ])
      expect(await definition(host, NAME), target).toContain(`<source file='${file}'/>`);
  });
});

test('a definition that is stored nowhere', async () => {
  await host.virsh('undefine', NAME);
  const [found, ...others] = (await diagnosis()).findings;
  expect([found?.code, others]).toEqual(['BP231', []]);
  await type(found!.commands);
  expect((await diagnosis()).findings).toEqual([]);
  expect(await host.virsh('dominfo', NAME)).toMatch(/^Persistent:\s+yes$/m);
});

describe('a run that is killed between undefine and redefine', () => {
  /** Kills a run during a slow copy, with the domain undefined. */
  async function leave(): Promise<void> {
    const blockcopy = {
      disk: 'vda',
      dest: at('slow.qcow2'),
      bandwidth: 1,
      bytes: true,
      finish: true,
    };
    const running = await startRun(host, {
      text: planText(NAME, [{ undefine: {} }, { blockcopy }, { redefine: {} }]),
    });
    await running.event((event) => event.event === 'command' && /blockcopy/.test(event.command));
    await until('the copy', 10_000, async () =>
      (await host.virsh('dumpxml', NAME)).includes('<mirror'),
    );
    running.child.kill('SIGKILL');
    await running.ended;
  }

  /** Types a blockplan command that the doctor printed. */
  async function takeUp({ findings }: Diagnosis, verb: string): Promise<Ended> {
    const lines = findings.find(({ code }) => code === 'BP241')!.commands;
    const [, ...words] = lines.find((line) => line.includes(` ${verb} `))!.split(' ');
    return startCli(host, words).ended;
  }

  test('is reported with its definition and its marker, and rolled back', async () => {
    const before = await definition(host, NAME);
    await leave();
    const told = await diagnosis();
    expect(codesOf(told)).toEqual(['BP230', 'BP240', 'BP241']);
    const undone = await takeUp(told, 'rollback');
    expect(undone.exitCode, undone.told).toBe(0);
    expect(await definition(host, NAME)).toBe(before);
    expect((await diagnosis()).findings).toEqual([]);
    await expectWrites(host, guest);
  });

  test('and whose guest has stopped since, so that libvirt has forgotten it, is reported', async () => {
    const before = await definition(host, NAME);
    await leave();
    await guest.destroy();
    const told = await diagnosis();
    expect(codesOf(told)).toEqual(['BP232', 'BP241']);
    const rescued = await takeUp(told, 'rescue');
    expect(rescued.exitCode, rescued.told).toBe(0);
    expect(await definition(host, NAME), rescued.told).toBe(before);
    // Everything else that the run began is still there, until it is resumed.
    const left = await diagnosis();
    expect(codesOf(left)).toEqual(['BP241']);
    await guest.start();
    const over = await takeUp(left, 'rollback');
    expect(over.exitCode, over.told).toBe(0);
    expect((await diagnosis()).findings).toEqual([]);
    await guest.waitForWrites(1);
  });
});

test('reports a guest without space, and one that was saved on other files', async () => {
  const small = await host.tmpfs(448 * 1024);
  const before = await definition(host, NAME);
  await host.virsh(
    ...['snapshot-create-as', NAME, 'small', '--disk-only', '--no-metadata'],
    ...['--diskspec', `vda,file=${join(small, 'over')}`],
    ...['--diskspec', 'vdb,snapshot=no', '--diskspec', 'vdc,snapshot=no'],
  );
  await until('the guest to be paused', 30_000, async () => (await guest.state()) === 'paused');
  const stuck = await diagnosis();
  expect(codesOf(stuck)).toEqual(['BP242']);
  expect(stuck.findings[0]?.message).toContain('vda: no space');
  await tool('mount', '-o', 'remount,size=64M', small);
  await type(stuck.findings[0]!.commands);
  await guest.waitForWrites(1);
  await host.virsh('blockcommit', NAME, 'vda', '--active', '--shallow', '--pivot');
  await expectWrites(host, guest);
  await host.virsh('managedsave', NAME);
  const saved = await definition(host, NAME);
  await define(saved.replace(vda, at('elsewhere.qcow2')));
  expect(codesOf(await diagnosis())).toEqual(['BP243', 'BP244']);
  await define(before);
  expect((await diagnosis()).findings).toEqual([]);
  await guest.start();
  await guest.waitForWrites(1);
});
