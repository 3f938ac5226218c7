/** The demo on a libvirt host of its own: a live disk migration, and the rollback from a failed one. */
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

/** What blockplan is given to bring the guest back, after an interruption, before it is cut off. */
const PATIENCE_MS = 15_000;

/**
 * Tells the story; its host is gone afterwards, however it ends.
 * @param root the clone's, where the example and the built command line are
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
      `The demo's libvirt host is gone, with all of its files, after ${seconds(performance.now() - began)} s.\n`,
    );
  }
}

/** What the summary tells. */
interface Facts {
  movedSeconds: string;
  undoneSeconds: string;
  writes: number;
  longestWait: string;
}

async function story(narrator: Narrator, host: LabHost): Promise<void> {
  narrator.say(
    'A running guest moves to another disk image while it writes. Then a run fails half-way, and the guest is brought back. Everything here is real: libvirt, QEMU, the guest and the commands.',
  );
  const guest = await prepare(narrator, host);
  const facts: Facts = { movedSeconds: '', undoneSeconds: '', writes: 0, longestWait: '' };
  await preview(narrator, host);
  await migrate(narrator, host, guest, facts);
  const numbers = await fail(narrator, host, guest, facts);
  summary(narrator, facts, numbers);
}

/** The article's guest: `base <- snap1 <- snap2`, with something in the active layer that is worth moving. */
async function prepare(narrator: Narrator, host: LabHost): Promise<Guest> {
  narrator.title('1. A guest with a chain of disk images');
  narrator.say(
    `The libvirt host of this demo is private: its own daemon, in its own namespaces, with its own files in ${host.dir} ($LAB below). The libvirt of this machine, if there is one, is not touched.`,
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
    'The guest "testvm" boots on snap2 and writes 1, 2, 3, … to a log on its disk, each number with fsync. It never stops.',
  );
  await narrator.until(guest.waitForWrites());
  await narrator.runAll('virsh domblklist testvm', chainCommand('images/snap2'));
  await demand(host, ['base', 'snap1', 'snap2'], guest);
  return guest;
}

/**
 * Gives the active layer data of its own: the content of the file /fill is written again in the same place, as a guest
 * would do it, so that the file system stays whole.
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
    'The disk shall move to another file system, $LAB/tmpfs-1, while the guest goes on. The copy takes over the active layer alone: base <- snap1 <- copy. The steps:',
  );
  await host.tmpfs(96 * MIB);
  await narrator.runAll("sed -n '/^steps/,$p' migrate.yaml");
  narrator.say('What it would do, and the way back out of every phase:');
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
  narrator.say('The persistent definition names the copy, and autostart is as it was:');
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
    'The second plan moves the disk back beside its base, and then archives the file that the guest has left. For the archive there are 48 MiB, in $LAB/tmpfs-2: enough, when the run begins.',
  );
  await host.tmpfs(48 * MIB);
  await narrator.runAll(
    "sed -n '/^steps/,$p' move-and-archive.yaml",
    'virsh dumpxml --inactive testvm >$LAB/before.xml',
  );
  narrator.say('But once the disk is on its way, somebody else takes that space:');
  narrator.beside(
    'until [ -e $LAB/images/copy2.qcow2 ]; do sleep 0.05; done; fallocate -l 44M $LAB/tmpfs-2/others',
  );
  const began = performance.now();
  const code = await narrator.run(
    [
      'blockplan run move-and-archive.yaml --yes',
      '--set source=$LAB/tmpfs-1/copy.qcow2',
      '--set dest=$LAB/images/copy2.qcow2',
      '--set archive=$LAB/tmpfs-2/testvm.qcow2',
    ].join(' \\\n    '),
  );
  if (code !== 4) throw new Error(`blockplan ended with ${code}; 4 was expected`);
  facts.undoneSeconds = seconds(performance.now() - began);
  narrator.say(
    'Exit code 4: failed and rolled back. After the pivot the old file lacked the latest writes, so it was not enough to point the guest at it again: blockplan mirrored the disk back first. All is as before:',
  );
  await narrator.runAll(
    'virsh domblklist testvm',
    'virsh dumpxml --inactive testvm | cmp - $LAB/before.xml && echo the same to the byte',
    'ls $LAB/images $LAB/tmpfs-1 $LAB/tmpfs-2',
  );
  const active = join(host.dir, 'tmpfs-1/copy.qcow2');
  await demand(host, ['base', 'snap1', active], guest);
  if (existsSync(join(host.images, 'copy2.qcow2'))) throw new Error('copy2.qcow2 is still there');
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
    ['undone', `a run that failed after its pivot, ${facts.undoneSeconds} s after its start`],
    ['lost', `nothing: all ${numbers} numbers are there`],
  ]);
}

function chainCommand(image: string): string {
  return `qemu-img info -U --backing-chain $LAB/${image}.qcow2 | grep ^image:`;
}

/** Reads the guest's log out of the image and says what is in it; rejects when a durable number is missing. */
async function tellLog(narrator: Narrator, guest: Guest, image: string): Promise<number> {
  const acknowledged = await guest.acknowledged();
  const last = await guest.verifyLog(image, acknowledged);
  narrator.say("The guest's log, read out of that image (the guest is paused while it is read):");
  narrator.list([
    ['in the log', `1 to ${last}, none missing`],
    ['durable', `${acknowledged} was the last number that the guest knew to be on its disk`],
  ]);
  return last;
}

/** Holds what is shown against what is so: the chain of files that the running guest has open, base first. */
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

/** The commands of the story find the lab's libvirt, and `blockplan` is the one that was built beside this file. */
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
    },
  };
}

/** What a program has to know of the user's terminal and wishes. */
function terminalEnvironment(): Record<string, string> {
  const names = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'HOME', 'CI'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
