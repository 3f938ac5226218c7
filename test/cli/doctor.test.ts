/** What `doctor` and `forget` print about files that may hold data, with real images and a libvirt whose answers are fixed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import { addUnfinished } from '../../src/journal/unfinished.ts';
import { isolated } from '../isolation.ts';
import { commanded, GIVEN, journalText, STARTED, virsh, writeRun } from '../journals.ts';
import { Runs } from '../killed-runs.ts';
import { planned } from '../plans.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { disk, world } from '../worlds.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const scratch = scratchFolder('doctor-cli');
const bin = join(scratch, 'bin');
const UUID = world().domain.uuid;

beforeAll(async () => {
  await mkdir(bin);
  const fake = readFileSync(join(ROOT, 'test/cli/fake-virsh.cjs'), 'utf8');
  writeFileSync(join(bin, 'virsh'), `#!${process.execPath}\n${fake}`);
  chmodSync(join(bin, 'virsh'), 0o755);
});

let images: string;
let state: string;
let count = 0;
beforeEach(async () => {
  images = join(scratch, `images-${++count}`);
  state = join(scratch, `state-${count}`);
  await mkdir(images);
});
const at = (name: string) => join(images, name);

/** Makes an image above another one. */
function image(name: string, base?: string): string {
  const below = base === undefined ? [] : ['-b', base, '-F', 'qcow2'];
  const file = at(name);
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...below, file, '1M']);
  return file;
}

interface Guest {
  /** The files of its disk, from the top. */
  readonly chain: readonly string[];
  /** The file that the definition names; the first of them by default. */
  readonly source?: string;
  readonly mirror?: string;
  readonly off?: true;
  /** More answers of libvirt. */
  readonly answers?: Readonly<Record<string, string>>;
}

/** The answers of a libvirt with this guest. */
function answersOf({ chain, source = chain[0], mirror, off, answers }: Guest) {
  const from = (file: string | undefined) => `<format type='qcow2'/><source file='${file}'/>`;
  const below = chain.slice(1).map((file) => `<backingStore type='file'>${from(file)}`);
  const copy =
    mirror === undefined
      ? ''
      : `<mirror type='file' job='copy' ready='yes'>${from(mirror)}</mirror>`;
  const xml = (more: string, file: string | undefined, layers: string) =>
    `<domain type='kvm'${more}><name>testvm</name><uuid>${UUID}</uuid><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${file}'/>${layers}<target dev='vda' bus='virtio'/></disk></devices></domain>`;
  const defined = xml('', source, '');
  const layers = `${below.join('')}<backingStore/>${'</backingStore>'.repeat(below.length)}${copy}`;
  return {
    uri: 'qemu:///system',
    dominfo: `State: ${off ? 'shut off' : 'running'}\nPersistent: yes\nAutostart: disable\nManaged save: no`,
    dumpxml: off ? defined : xml(" id='1'", chain[0], layers),
    'dumpxml --inactive': defined,
    ...{ 'snapshot-list': '', 'checkpoint-list': '', list: UUID },
    domstate: 'running (booted)',
    domblkerror: 'No errors found',
    ...answers,
  };
}

function blockplan(guest: Guest, ...argv: string[]) {
  const file = at('libvirt.json');
  writeFileSync(file, JSON.stringify(answersOf(guest)));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env['PATH']}`, FAKE_LIBVIRT: file, ...isolated(state) },
  });
  expect(stderr).toBe('');
  expect(stdout.replaceAll('managedsave-remove', '')).not.toMatch(/\bremove\b/);
  return { status, stdout, said: stdout.replaceAll(/\s+/g, ' ') };
}

const doctor = (guest: Guest) => blockplan(guest, 'doctor', 'testvm');

test('a clone is not offered to be merged into its template', () => {
  const template = image('debian-12.qcow2');
  const { status, said } = doctor({ chain: [image('debian-12-web.qcow2', template), template] });
  expect(status).toBe(3);
  expect(said).toContain('BP235');
  expect(said).toContain(`find out what ${template} is`);
  expect(said).not.toMatch(/plan: blockplan|blockcommit:/);
});

test('an overlay is merged into the file that the definition names, and kept', () => {
  const base = image('web.qcow2');
  const { stdout } = doctor({ chain: [image('web.backup', base), base], source: base });
  expect(stdout).toContain(`{ disk: vda, base: ${base}, active: true, pivot: true }`);
});

test('overlays of snapshots are not offered to be merged', () => {
  const base = image('web.qcow2');
  const overlay = image('web.s1', base);
  const record = `<domainsnapshot><name>s1</name><disks><disk name='vda' snapshot='external'><source file='${overlay}'/></disk></disks></domainsnapshot>`;
  const answers = { 'snapshot-list': 's1', 'snapshot-dumpxml': record };
  const { said } = doctor({ chain: [overlay, base], source: base, answers });
  expect(said).toContain('BP233');
  expect(said).not.toMatch(/BP235|blockcommit/);
});

test('an internal snapshot below an overlay is not missing', () => {
  const base = image('base.qcow2');
  execFileSync('qemu-img', ['snapshot', '-c', 'golden', base]);
  const record = `<domainsnapshot><name>golden</name><disks><disk name='vda' snapshot='internal'/></disks></domainsnapshot>`;
  const answers = { 'snapshot-list': 'golden', 'snapshot-dumpxml': record };
  const { said } = doctor({ chain: [image('top.qcow2', base), base], answers });
  expect(said).toBe('testvm (qemu:///system): nothing found ');
});

test('of the two ends of a copy, one is printed', () => {
  const chain = [image('web.qcow2')];
  const { stdout } = doctor({ chain, mirror: image('new.qcow2') });
  expect(stdout.match(/^ +\$ virsh blockjob .*$/gm)).toEqual([
    '    $ virsh blockjob --domain testvm --path vda --abort',
  ]);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('type --pivot instead of --abort');
});

test('the command that discards the memory of a saved guest is not printed', () => {
  const [file, saved] = [image('web.qcow2'), image('saved.qcow2')];
  const was = answersOf({ chain: [saved], off: true });
  const answers = {
    dominfo: was.dominfo.replace('Managed save: no', 'Managed save: yes'),
    'managedsave-dumpxml': was.dumpxml,
  };
  const { stdout, said } = doctor({ chain: [file], off: true, answers });
  expect(said).toContain(`BP243: the managed save image of "testvm" names ${saved}`);
  expect(stdout.match(/\$ virsh managedsave-.*$/gm)).toEqual([
    '$ virsh managedsave-edit --domain testvm',
  ]);
});

describe('an overlay that a run left behind', () => {
  /** A run has just moved the guest from `old` to `new`, both above `base`. */
  async function moved(): Promise<Guest> {
    const base = image('base.qcow2');
    const [old, to] = [image('old.qcow2', base), image('new.qcow2', base)];
    const file = (await localHost.inspectFile(old))!;
    const disks = [disk('vda', [old, base])];
    const folders = { [dirname(to)]: { writable: true, free: 1e12 } };
    const runs = new Runs(world({ disks, files: { [old]: file }, folders, others: [] }));
    const step = `blockcopy: { disk: vda, dest: ${to}, shallow: true, pivot: true }`;
    await runs.whole(planned([step]));
    const entries = runs.entries.map(
      (entry): JournalEntry =>
        entry.type === 'run-started' ? { ...entry, run: 'r1', uri: '' } : entry,
    );
    await writeRun(state, 'r1', journalText(entries, Date.now()));
    return { chain: [to, base] };
  }

  test('has the content of that time', async () => {
    const { said } = doctor(await moved());
    expect(said).toMatch(/BP236: \S+old\.qcow2 is an overlay .*; run r1 \(test\) moved vda away/);
    expect(said).toContain('why: its content is from that time');
  });

  test('may be anything once another file is at its path', async () => {
    const guest = await moved();
    copyFileSync(at('old.qcow2'), at('again'));
    rmSync(at('old.qcow2'));
    copyFileSync(at('again'), at('old.qcow2'));
    rmSync(at('again'));
    const { said } = doctor(guest);
    expect(said).toMatch(
      /; run r1 \(test\) kept a file at this path on .*, but this may be another/,
    );
    expect(said).toContain('why: it may hold the only copy of some writes');
    expect(said).not.toContain('its content is from that time');
  });
});

describe('forget', () => {
  /** A run that began a copy to that file, and was killed. */
  async function killed(dest: string): Promise<void> {
    const copy = virsh('blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', dest);
    const started = { ...STARTED, run: 'r1', domain: 'testvm', uuid: UUID, host: hostname() };
    await writeRun(state, 'r1', [
      started,
      ...commanded('do', 'mirror/mirror', copy, 'done'),
      ...commanded('do', 'mirror/pivot', GIVEN.pivot, 'done'),
    ]);
    await addUnfinished(state, 'r1');
  }

  test('says to keep a file that the next start of the guest needs', async () => {
    const dest = image('web.qcow2');
    await killed(dest);
    const { status, said } = blockplan(
      { chain: [image('web.b', dest)], off: true },
      'forget',
      'r1',
    );
    expect(status).toBe(0);
    expect(said).toContain(`${dest}, which the run created, stays What to do`);
    expect(said).toContain('keep what the run created until you know that no guest');
  });

  test('prints one command for a copy that is ready', async () => {
    const dest = image('new.qcow2');
    await killed(dest);
    const { stdout } = blockplan({ chain: [image('web.qcow2')], mirror: dest }, 'forget', 'r1');
    expect(stdout).toContain(`${dest}, which the run created, stays: the job writes to it`);
    expect(stdout).toContain('--path vda --abort');
    expect(stdout).not.toMatch(/\$ virsh .*--pivot/);
  });
});
