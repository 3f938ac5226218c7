/** Plans from `blockplan init` on a live guest, run, and plans that refer to their guest while its disks change. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { agentConnected, picture } from '../../src/lab/picture.ts';
import { codes, expectEnd, expectWrites, startCli, startRun, stateDir } from './support.ts';

const NAME = 'testvm';
let host: LabHost;
let guest: Guest;
/** The folder for copies. */
let to: string;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    name: NAME,
    disks: [
      { target: 'vda', chain: ['base', 'top'] },
      { target: 'vdb', chain: ['data'], format: 'raw' },
    ],
  });
  to = join(host.dir, 'copies');
  await mkdir(to);
  await guest.waitForWrites(2);
  await agentConnected(host, NAME);
});
afterAll(() => host.stop());

const init = (...words: string[]) => startCli(host, ['init', ...words, '-c', host.uri]).ended;
const runFile = async (file: string, words: readonly string[] = []) =>
  (await startRun(host, { file }, { words })).ended;

/** Writes a plan and returns its file. */
async function planFor(kind: string, disk: string): Promise<string> {
  const file = join(host.dir, `${kind}-${disk}.yaml`);
  const before = await picture(host, NAME);
  const ended = await init(kind, NAME, '--disk', disk, '--to', to, '-o', file);
  expect([ended.exitCode, ended.stdout]).toEqual([0, '']);
  // The guest has two disks.
  expect(codes(ended)).toEqual(kind.startsWith('backup') ? ['BP069'] : []);
  expect(await picture(host, NAME)).toEqual(before);
  return file;
}

describe('a plan that init has written runs:', () => {
  test.each([
    ['migrate', 'vda'],
    ['migrate', 'vdb'],
    ['migrate-classic', 'vda'],
    ['backup-mirror', 'vdb'],
  ])('%s of %s', async (kind, disk) => {
    const copies = await readdir(to);
    expectEnd(await runFile(await planFor(kind, disk)), 0);
    expect(await readdir(to)).toHaveLength(copies.length + 1);
    await expectWrites(host, guest);
  });

  test('backup, whose copy has the date of the run; and again, with the time', async () => {
    const file = await planFor('backup', 'vda');
    const chain = await liveChain(host, NAME, 'vda');
    expectEnd(await runFile(file), 0);
    const dated = (await readdir(to)).filter((name) =>
      /^testvm-vda-\d{4}-\d\d-\d\d\.qcow2$/.test(name),
    );
    expect(dated).toHaveLength(1);
    expect(await liveChain(host, NAME, 'vda')).toEqual(chain);
    const again = await runFile(file);
    expect([again.exitCode, codes(again)]).toEqual([3, ['BP106']]);
    const dest = `${to}/\${run.date}-\${run.time}.qcow2`;
    // A value of --set is not a reference.
    expect((await runFile(file, ['--set', `dest=${dest}`])).exitCode).toBe(0);
    expect(await readdir(to)).toContain('${run.date}-${run.time}.qcow2');
    await expectWrites(host, guest);
  });

  test('and its journal has the values', async () => {
    const [run = ''] = (await readdir(join(stateDir(host), 'runs'))).sort().reverse();
    const folder = join(stateDir(host), 'runs', run);
    const [started = ''] = (await readFile(join(folder, 'journal.jsonl'), 'utf8')).split('\n');
    expect(started).not.toContain('${guest');
    expect(await readFile(join(folder, 'plan.yaml'), 'utf8')).toContain('${guest.disks');
  });
});

describe('init refuses', () => {
  test.each<[string, () => string[], number, string]>([
    ['an unknown guest', () => ['migrate', 'nobody', '--to', to], 3, 'BP101'],
    ['a missing folder', () => ['migrate', NAME, '--disk', 'vda', '--to', '/none'], 3, 'BP107'],
    [
      'a file as the folder',
      () => ['migrate', NAME, '--disk', 'vda', '--to', '/bin/sh'],
      3,
      'BP107',
    ],
    ['an unknown disk', () => ['migrate', NAME, '--disk', 'vdz', '--to', to], 3, 'BP103'],
    ['several disks', () => ['migrate', NAME, '--to', to], 2, 'BP067'],
  ])('%s', async (_what, words, code, finding) => {
    const before = await picture(host, NAME);
    const file = join(host.dir, 'refused.yaml');
    const ended = await init(...words(), '-o', file);
    expect(ended.exitCode, ended.told).toBe(code);
    expect(codes(ended).join()).toContain(finding);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    expect(await picture(host, NAME)).toEqual(before);
  });

  test('a guest that is off', async () => {
    await host.virsh('define', await definitionOf('off'));
    const ended = await init('migrate', 'off', '--to', to);
    expect([ended.exitCode, codes(ended)]).toEqual([3, ['BP102']]);
    await host.virsh('undefine', 'off');
  });
});

/** A file with the guest's definition under another name. */
async function definitionOf(name: string): Promise<string> {
  const xml = await host.virsh('dumpxml', '--inactive', NAME);
  const file = join(host.dir, `${name}.xml`);
  await writeFile(
    file,
    xml.replace(`<name>${NAME}</name>`, `<name>${name}</name>`).replace(/<uuid>.*<\/uuid>/, ''),
  );
  return file;
}
