/** `npm run demo`: a live disk migration, and the way back from a failed one, on a libvirt host of the demo's own. */
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './command.ts';
import type { Guest } from './guest.ts';
import { type Host, startHost } from './host.ts';
import { makeChain } from './images.ts';
import { Interrupted, Narrator } from './narrator.ts';
import { withPulse } from './pulse.ts';

const MIB = 1024 * 1024;
const FILL = 24 * MIB;

/** What blockplan is given to bring the guest back, after an interruption, before it is cut off. */
const PATIENCE_MS = 15_000;

/** This file is `dist/demo.js` when it runs. */
const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLE = join(PACKAGE, 'examples/live-disk-migration');

const narrator = new Narrator();

/** What the summary tells. */
interface Facts {
  movedSeconds: string;
  undoneSeconds: string;
  writes: number;
  longestWait: string;
}

async function story(host: Host): Promise<void> {
  const guest = await prepare(host);
  await look(host, guest);
  const facts: Facts = { movedSeconds: '', undoneSeconds: '', writes: 0, longestWait: '' };
  await migrate(host, guest, facts);
  const numbers = await fail(host, guest, facts);
  summary(facts, numbers);
}

/** The article's guest: `base <- snap1 <- snap2`, with something in the active layer that is worth moving. */
async function prepare(host: Host): Promise<Guest> {
  narrator.title('1. A guest with a chain of disk images');
  narrator.say(
    `The libvirt host of this demo is private: its own daemon, in its own namespaces, with its own files in ${host.dir} ($LAB below). The libvirt of this machine, if there is one, is not touched.`,
  );
  const at = (name: string) => join(host.images, `${name}.qcow2`);
  await makeChain({ target: 'vda', chain: ['base'], fill: FILL }, host.images);
  await narrator.runAll(
    ['snap1 base', 'snap2 snap1']
      .map((pair) => pair.split(' '))
      .map(
        ([top, below]) =>
          `qemu-img create -q -f qcow2 -b ${below}.qcow2 -F qcow2 $LAB/images/${top}.qcow2`,
      )
      .join('\n'),
  );
  await rewriteFile(at('base'), at('snap2'));
  const guest = await host.createGuest({
    name: 'testvm',
    autostart: true,
    disks: [{ target: 'vda', chain: [at('base'), at('snap1'), at('snap2')] }],
  });
  narrator.say('The guest "testvm" boots on snap2.');
  await narrator.until(guest.waitForWrites());
  return guest;
}

/**
 * Gives the active layer data of its own: the content of the file /fill is written anew in the same place, as a guest
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

async function look(host: Host, guest: Guest): Promise<void> {
  narrator.say(
    'It writes 1, 2, 3, … to a log on its disk, each number with fsync, and never stops. Its disk, and the chain of files under it:',
  );
  await narrator.runAll(
    'virsh domblklist testvm\nqemu-img info -U --backing-chain $LAB/images/snap2.qcow2 | grep ^image:',
  );
  await demand(host, ['base', 'snap1', 'snap2'], guest);
}

async function migrate(host: Host, guest: Guest, facts: Facts): Promise<void> {
  narrator.title('2. The plan');
  narrator.say(
    'The disk shall move to another file system, $LAB/tmpfs-1, while the guest goes on. A shallow copy takes the active layer alone: base <- snap1 <- copy.',
  );
  const fast = await host.tmpfs(64 * MIB);
  const plan = 'migrate.yaml --set dest=$LAB/tmpfs-1/copy.qcow2';
  await narrator.runAll("sed -n '/^steps/,$p' migrate.yaml");
  narrator.say('What it would do, and the way back out of every phase:');
  expectCode(0, await narrator.run(`blockplan run ${plan} --dry-run`));

  narrator.title('3. The run');
  const began = performance.now();
  const [code, pulse] = await withPulse(guest, () => narrator.run(`blockplan run ${plan} --yes`));
  expectCode(0, code);
  facts.movedSeconds = seconds(performance.now() - began);
  facts.writes = pulse.writes;
  facts.longestWait = seconds(pulse.longestWaitMs);

  narrator.title('4. Afterwards');
  narrator.say('The guest runs on the copy, its chain is base <- snap1 <- copy,');
  await narrator.runAll(
    'virsh domblklist testvm\nqemu-img info -U --backing-chain $LAB/tmpfs-1/copy.qcow2 | grep ^image:',
  );
  narrator.say('and so does its persistent definition, with autostart as it was:');
  await narrator.runAll(
    "virsh dumpxml --inactive testvm | grep 'source file=.*qcow2'\nvirsh dominfo testvm | grep -E '^(State|Persistent|Autostart):'",
  );
  await demand(host, ['base', 'snap1', join(fast, 'copy.qcow2')], guest);
  await tellLog(guest, join(fast, 'copy.qcow2'));
}

/** A run that fails after its pivot, for a real reason: the storage of its second step fills up meanwhile. */
async function fail(host: Host, guest: Guest, facts: Facts): Promise<number> {
  narrator.title('5. A run that fails after its pivot');
  narrator.say(
    'The second plan moves the disk again, and then archives the file that the guest has left. The archive has 48 MiB of storage, $LAB/tmpfs-2; that is enough when the run begins.',
  );
  await host.tmpfs(48 * MIB);
  await narrator.runAll(
    "sed -n '/^steps/,$p' move-and-archive.yaml\nvirsh dumpxml --inactive testvm >$LAB/before.xml",
  );
  narrator.say('But once the disk is on its way, somebody else takes that storage:');
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
  expectCode(4, code);
  facts.undoneSeconds = seconds(performance.now() - began);
  narrator.say(
    'Exit code 4: failed, and rolled back. After the pivot the old file no longer had the latest writes, so blockplan did not just point the guest at it: it mirrored them back. All is as before:',
  );
  await narrator.runAll(
    [
      'virsh domblklist testvm',
      'virsh dumpxml --inactive testvm | cmp - $LAB/before.xml && echo same definition, byte for byte',
      'ls $LAB/images $LAB/tmpfs-1 $LAB/tmpfs-2',
    ].join('\n'),
  );
  const active = join(host.dir, 'tmpfs-1/copy.qcow2');
  await demand(host, ['base', 'snap1', active], guest);
  if (existsSync(join(host.images, 'copy2.qcow2'))) throw new Error('copy2.qcow2 is still there');
  return tellLog(guest, active);
}

function summary(facts: Facts, numbers: number): void {
  narrator.title('What happened');
  for (const line of [
    `moved: the disk of a running guest, in ${facts.movedSeconds} s (the plan limits its speed to 12 MiB/s). Meanwhile the guest wrote ${facts.writes} numbers; the longest that it waited for one was ${facts.longestWait} s.`,
    `undone: a run that failed after its pivot, in ${facts.undoneSeconds} s from its start.`,
    `lost: nothing. All ${numbers} numbers are in the log.`,
  ])
    narrator.say(line);
}

/** Reads the guest's log out of the image and says what is in it; rejects when a durable number is missing. */
async function tellLog(guest: Guest, image: string): Promise<number> {
  const acknowledged = await guest.acknowledged();
  const last = await guest.verifyLog(image, acknowledged);
  narrator.say(
    `The guest's log, read out of that image (the guest is paused for this moment): 1 to ${last}, none missing. The guest had been told that ${acknowledged} were durable.`,
  );
  return last;
}

/** Holds what is shown against what is so: the chain of files that the running guest has open, base first. */
async function demand(host: Host, names: readonly string[], guest: Guest): Promise<void> {
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

function expectCode(wanted: number, code: number): void {
  if (code !== wanted) throw new Error(`blockplan ended with ${code}; ${wanted} was expected`);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 1000 ? 2 : 1);
}

/** The commands of the story find the lab's libvirt, and `blockplan` is the one that was built beside this file. */
async function furnish(host: Host): Promise<void> {
  const bin = join(host.dir, 'bin');
  await mkdir(bin);
  await symlink(join(PACKAGE, 'dist/cli.js'), join(bin, 'blockplan'));
  const path = [bin, dirname(process.execPath), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  narrator.setting = {
    cwd: EXAMPLE,
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

async function main(): Promise<number> {
  const began = performance.now();
  let host: Host | undefined;
  try {
    host = await startHost({ name: 'demo' });
    await furnish(host);
    await story(host);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
    return 1;
  } finally {
    await narrator.silence(PATIENCE_MS);
    await host?.stop();
    process.stdout.write(
      `The demo's libvirt host is gone, with all of its files, after ${seconds(performance.now() - began)} s.\n`,
    );
  }
}

process.exit(await main());
