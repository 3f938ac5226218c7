/** The demo on a private libvirt host: a live disk migration, and the rollback of a failed one. */
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { command } from '../lab/command.ts';
import type { Guest } from '../lab/guest.ts';
import { type LabHost, startHost } from '../lab/host.ts';
import { makeChain } from '../lab/images.ts';
import type { Narrator } from './narrator.ts';
import { withPulse } from './pulse.ts';
import { seconds } from './seconds.ts';

const MIB = 1024 * 1024;
const FILL = 24 * MIB;

/** The time that blockplan gets to roll back after an interruption, before it is killed. */
const PATIENCE_MS = 15_000;

/**
 * Runs the demo and then removes its host, however the demo ends.
 * @param root the root of the clone, which has the example and the built command line
 */
export async function liveDemo(narrator: Narrator, root: string): Promise<void> {
  const began = performance.now();
  let host: LabHost | undefined;
  try {
    host = await startHost({ name: 'demo' });
    await furnish(narrator, host, root);
    await story(narrator, host);
  } finally {
    await narrator.silence(PATIENCE_MS);
    await host?.stop();
    process.stdout.write(
      `The demo's libvirt host and all of its files were removed after ${seconds(performance.now() - began)} s.\n`,
    );
  }
}

/** The figures of the summary. */
interface Facts {
  movedSeconds: string;
  undoneSeconds: string;
  writes: number;
  longestWait: string;
}

async function story(narrator: Narrator, host: LabHost): Promise<void> {
  narrator.say(
    'A running guest moves to another disk image while it writes. Then a second run fails and is rolled back. Everything here is real: libvirt, QEMU, the guest and the commands.',
  );
  const guest = await prepare(narrator, host);
  const facts: Facts = { movedSeconds: '', undoneSeconds: '', writes: 0, longestWait: '' };
  await preview(narrator, host);
  await migrate(narrator, host, guest, facts);
  const numbers = await fail(narrator, host, guest, facts);
  summary(narrator, facts, numbers);
}

/** The article's guest: `base <- snap1 <- snap2`, with data in the active layer that is worth moving. */
async function prepare(narrator: Narrator, host: LabHost): Promise<Guest> {
  narrator.title('1. A guest with a chain of disk images');
  narrator.say(
    `The demo uses a private libvirt host with its own daemon, namespaces and files, in ${host.dir} ($LAB below). It does not touch the libvirt of this machine.`,
  );
  const at = (name: string) => join(host.images, `${name}.qcow2`);
  await makeChain({ target: 'vda', chain: ['base'], fill: FILL }, host.images);
  await narrator.runAll(
    'qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 $LAB/images/snap1.qcow2',
    'qemu-img create -q -f qcow2 -b snap1.qcow2 -F qcow2 $LAB/images/snap2.qcow2',
  );
  await rewriteFile(at('base'), at('snap2'));
  const guest = await host.createGuest({
    name: 'testvm',
    autostart: true,
    disks: [{ target: 'vda', chain: [at('base'), at('snap1'), at('snap2')] }],
  });
  narrator.say(
    'The guest "testvm" boots from snap2 and writes 1, 2, 3, … to a log on its disk, each number with fsync. It never stops.',
  );
  await narrator.until(guest.waitForWrites());
  await narrator.runAll('virsh domblklist testvm', chainCommand('images/snap2'));
  await demand(host, ['base', 'snap1', 'snap2'], guest);
  return guest;
}

/**
 * Gives the active layer its own data: the blocks of the file /fill are overwritten in place, as a guest would do it, so
 * that the file system stays intact.
 */
async function rewriteFile(base: string, active: string): Promise<void> {
  const raw = `${active}.raw`;
  await command('qemu-img', ['convert', '-O', 'raw', base, raw]);
  const blocks = await command('debugfs', ['-R', 'blocks /fill', raw]);
  await command('rm', [raw]);
  const numbers = blocks.trim().split(/\s+/).map(Number);
  const size = FILL / numbers.length;
  const writes: string[] = [];
  for (let from = 0; from < numbers.length; ) {
    let to = from + 1;
    while (numbers[to] === numbers[to - 1]! + 1) to += 1;
    writes.push('-c', `write -q -P 0x42 ${numbers[from]! * size} ${(to - from) * size}`);
    from = to;
  }
  await command('qemu-io', ['-f', 'qcow2', ...writes, active]);
}

const MIGRATE = 'migrate.yaml --set dest=$LAB/tmpfs-1/copy.qcow2';

async function preview(narrator: Narrator, host: LabHost): Promise<void> {
  narrator.title('2. The plan');
  narrator.say(
    'The plan moves the disk to another file system, $LAB/tmpfs-1, while the guest keeps running. The copy replaces only the active layer: base <- snap1 <- copy. The steps:',
  );
  await host.tmpfs(96 * MIB);
  await narrator.runAll("sed -n '/^steps/,$p' migrate.yaml");
  narrator.say('The preview shows what the plan would do, and the rollback of every phase:');
  await narrator.runAll(`blockplan run ${MIGRATE} --dry-run`);
}

async function migrate(
  narrator: Narrator,
  host: LabHost,
  guest: Guest,
  facts: Facts,
): Promise<void> {
  narrator.title('3. The run');
  const began = performance.now();
  const [, pulse] = await withPulse(guest, () => narrator.runAll(`blockplan run ${MIGRATE} --yes`));
  facts.movedSeconds = seconds(performance.now() - began);
  facts.writes = pulse.writes;
  facts.longestWait = seconds(pulse.longestWaitMs);

  narrator.title('4. Afterwards');
  narrator.say('The guest runs on the copy, and its chain is base <- snap1 <- copy:');
  await narrator.runAll('virsh domblklist testvm', chainCommand('tmpfs-1/copy'));
  narrator.say('The persistent definition names the copy, and autostart is unchanged:');
  await narrator.runAll(
    "virsh dumpxml --inactive testvm | grep 'source file=.*qcow2'",
    "virsh dominfo testvm | grep -E '^(State|Persistent|Autostart):'",
  );
  const copy = join(host.dir, 'tmpfs-1/copy.qcow2');
  await demand(host, ['base', 'snap1', copy], guest);
  await tellLog(narrator, guest, copy);
}

/** A run that fails after its pivot, for a real reason: the storage of its second step fills up meanwhile. */
async function fail(
  narrator: Narrator,
  host: LabHost,
  guest: Guest,
  facts: Facts,
): Promise<number> {
  narrator.title('5. A run that fails after its pivot');
  narrator.say(
    'The second plan moves the disk back to the folder of its base, and then archives the file that the guest no longer uses. $LAB/tmpfs-2 has 64 MiB for the archive, which is enough when the run starts.',
  );
  await host.tmpfs(64 * MIB);
  await narrator.runAll(
    "sed -n '/^steps/,$p' move-and-archive.yaml",
    'virsh dumpxml --inactive testvm >$LAB/before.xml',
  );
  narrator.say('While the disk is being copied, another process takes that space:');
  narrator.beside(
    'until [ -e $LAB/images/copy2.qcow2 ]; do sleep 0.05; done; fallocate -l 64M $LAB/tmpfs-2/others',
  );
  const began = performance.now();
  const code = await narrator.run(
    [
      'blockplan run move-and-archive.yaml --yes',
      '--set dest=$LAB/images/copy2.qcow2',
      '--set archive=$LAB/tmpfs-2/testvm.qcow2',
    ].join(' \\\n    '),
  );
  if (code !== 4) throw new Error(`blockplan exited with ${code}, expected 4`);
  facts.undoneSeconds = seconds(performance.now() - began);
  narrator.say(
    'Exit code 4: failed and rolled back. After the pivot, the old file lacked the latest writes, so blockplan mirrored the disk back before it moved the guest back. Everything is as before:',
  );
  await narrator.runAll(
    'virsh domblklist testvm',
    'virsh dumpxml --inactive testvm | cmp - $LAB/before.xml && echo identical, byte for byte',
    'ls $LAB/images $LAB/tmpfs-1 $LAB/tmpfs-2',
  );
  const active = join(host.dir, 'tmpfs-1/copy.qcow2');
  await demand(host, ['base', 'snap1', active], guest);
  if (existsSync(join(host.images, 'copy2.qcow2'))) throw new Error('copy2.qcow2 still exists');
  return tellLog(narrator, guest, active);
}

function summary(narrator: Narrator, facts: Facts, numbers: number): void {
  narrator.title('What happened');
  narrator.list([
    ['moved', `the disk of a running guest, in ${facts.movedSeconds} s, limited to 12 MiB/s`],
    [
      'meanwhile',
      `the guest wrote ${facts.writes} numbers; its longest wait was ${facts.longestWait} s`,
    ],
    [
      'undone',
      `a run that failed after its pivot; rolled back ${facts.undoneSeconds} s after its start`,
    ],
    ['lost', `nothing: all ${numbers} numbers are on the disk`],
  ]);
}

function chainCommand(image: string): string {
  return `qemu-img info -U --backing-chain $LAB/${image}.qcow2 | grep ^image:`;
}

/** Reads the guest's log from the image and shows what is in it; rejects if a durable number is missing. */
async function tellLog(narrator: Narrator, guest: Guest, image: string): Promise<number> {
  const acknowledged = await guest.acknowledged();
  const last = await guest.verifyLog(image, acknowledged);
  narrator.say("The guest's log, read from that image (the guest is paused meanwhile):");
  narrator.list([
    ['in the log', `1 to ${last}, none missing`],
    ['durable', `${acknowledged} was the last number that the guest knew to be on its disk`],
  ]);
  return last;
}

/** Verifies what was shown: the chain of files that the running guest has open, base first. */
async function demand(host: LabHost, names: readonly string[], guest: Guest): Promise<void> {
  const wanted = names.map((name) =>
    name.includes('/') ? name : join(host.images, `${name}.qcow2`),
  );
  const info = await host.qemuImg('info', '-U', '--backing-chain', '--output=json', wanted.at(-1)!);
  const chain = (JSON.parse(info) as { filename: string; 'full-backing-filename'?: string }[])
    .map((image) => image.filename)
    .reverse();
  const active = /\bvda\s+(\S+)/.exec(await host.virsh('domblklist', guest.name))?.[1];
  if (chain.join() !== wanted.join() || active !== wanted.at(-1))
    throw new Error(`the guest runs on ${active}, in the chain ${chain.join(' <- ')}`);
}

/** Lets the commands of the demo find the lab's libvirt and the `blockplan` that was built with this file. */
async function furnish(narrator: Narrator, host: LabHost, root: string): Promise<void> {
  const bin = join(host.dir, 'bin');
  await mkdir(bin);
  await symlink(join(root, 'dist/cli.js'), join(bin, 'blockplan'));
  const path = [bin, dirname(process.execPath), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  narrator.setting = {
    cwd: join(root, 'examples/live-disk-migration'),
    env: {
      ...terminalEnvironment(),
      LC_ALL: 'C.UTF-8',
      PATH: path.join(':'),
      LAB: host.dir,
      LIBVIRT_DEFAULT_URI: host.uri,
      BLOCKPLAN_STATE_DIR: join(host.dir, 'state'),
      BLOCKPLAN_NOTIFY: '',
    },
  };
}

/** The environment variables for the user's terminal and preferences. */
function terminalEnvironment(): Record<string, string> {
  const names = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'HOME', 'CI'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
