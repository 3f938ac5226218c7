/**
 * Shared by lab tests of whole runs: the built command line as a child process, and the states of a domain and of the
 * host's folders, taken with libvirt's and QEMU's own tools and never with blockplan's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import type { RunEvent } from '../../src/events.ts';
import { openedDisks } from '../../src/lab/chains.ts';
import { command } from '../../src/lab/command.ts';
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { type Expected, faultsAtNextStart } from '../../src/lab/next-start.ts';
import { listing, picture } from '../../src/lab/picture.ts';
import { isolated } from '../isolation.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** The program to test; another build can be given, such as an installed package. */
export const CLI = process.env['BLOCKPLAN_CLI'] ?? join(ROOT, 'dist/cli.js');

export type Finished = Extract<RunEvent, { event: 'run-finished' }>;

/** A command line that has ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The events of `--format json`, in order; empty for other commands. */
  readonly events: readonly RunEvent[];
  /** All output, for the message of a failed expectation. */
  readonly told: string;
}

/** A running command line. */
export interface Running {
  readonly child: ChildProcess;
  /** Resolves with the first matching event, past or future; rejects if the command ends without one. */
  event(fits: (event: RunEvent) => boolean): Promise<RunEvent>;
  readonly ended: Promise<Ended>;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Words between the plan and the connection, such as `--set`, `x=y`. */
  readonly words?: readonly string[];
}

/** The folder of journals and locks for the tests of a host. */
export function stateDir(host: LabHost): string {
  return join(host.dir, 'state');
}

/** A plan's text: a domain and its steps, each named after its kind unless it has an `id`. */
export function planText(
  domain: string,
  steps: readonly Readonly<Record<string, unknown>>[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  return stringify(
    {
      plan: 'blockplan/v1',
      name: 'lab-plan',
      domain,
      steps: steps.map((step, at) => ({ id: `step-${at + 1}`, ...step })),
      'on-failure': 'rollback',
      ...more,
    },
    { lineWidth: 0 },
  );
}

let plans = 0;

/** Writes a plan's text into the host's folder, outside the image folders, and returns its path. */
export async function writePlan(host: LabHost, text: string): Promise<string> {
  plans += 1;
  const file = join(host.dir, `plan-${plans}.yaml`);
  await writeFile(file, text);
  return file;
}

/** Starts the built command line with the host's state directory. */
export function startCli(
  host: LabHost,
  argv: readonly string[],
  options: CliOptions = {},
): Running {
  const child = spawn(process.execPath, [CLI, ...argv], {
    cwd: ROOT,
    env: {
      HOME: '/root',
      LC_ALL: 'C',
      PATH: process.env['PATH'] ?? '',
      ...isolated(stateDir(host)),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const json = argv[argv.indexOf('--format') + 1] === 'json';
  const lines: string[] = [];
  const events: RunEvent[] = [];
  const waiting: { fits: (event: RunEvent) => boolean; resolve: (event: RunEvent) => void }[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    // Events are one line each; a preview in JSON is several.
    if (!json || !line.startsWith('{"')) return;
    const event = JSON.parse(line) as RunEvent;
    events.push(event);
    for (const each of waiting) if (each.fits(event)) each.resolve(event);
  });
  const read = new Promise<void>((resolve) => reader.once('close', () => resolve()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      void read.then(() => {
        const stdout = lines.map((line) => `${line}\n`).join('');
        resolve({ exitCode, stdout, stderr, events, told: `exit ${exitCode}\n${stdout}${stderr}` });
      });
    });
  });
  return {
    child,
    ended,
    event: (fits) =>
      new Promise((resolve, reject) => {
        const told = events.find(fits);
        if (told) return resolve(told);
        waiting.push({ fits, resolve });
        ended.then(
          (end) => reject(new Error(`the command ended without that event: ${end.told}`)),
          reject,
        );
      }),
  };
}

/** Starts `run` on a plan's text, or on a plan file, without confirmation, with JSON events. */
export async function startRun(
  host: LabHost,
  plan: { readonly text: string } | { readonly file: string },
  options: CliOptions = {},
): Promise<Running> {
  const file = 'file' in plan ? plan.file : await writePlan(host, plan.text);
  const words = ['run', file, ...(options.words ?? [])];
  return startCli(host, [...words, '-c', host.uri, '--yes', '--format', 'json'], options);
}

/** Runs steps on a domain to the end. */
export async function runSteps(
  host: LabHost,
  domain: string,
  steps: readonly Readonly<Record<string, unknown>>[],
  options: CliOptions = {},
): Promise<Ended> {
  return (await startRun(host, { text: planText(domain, steps) }, options)).ended;
}

/** The last event; fails unless the run reported its end. */
function finish(ended: Ended): Finished {
  const last = ended.events.at(-1);
  if (last?.event !== 'run-finished') throw new Error(`the run reported no end: ${ended.told}`);
  return last;
}

/** The ID of the run that reported its beginning. */
export function runOf(ended: Ended): string {
  const first = ended.events.find(({ event }) => event === 'run-started');
  if (first?.event !== 'run-started') throw new Error(`no run began: ${ended.told}`);
  return first.run;
}

/** Ends a stranded run, which would block the next one on its domain. */
export async function forget(host: LabHost, run: string): Promise<void> {
  const ended = await startCli(host, ['forget', run]).ended;
  expect(ended.exitCode, ended.told).toBe(0);
}

/** Fails, with all output, unless the command exited with that code and the run reported the same. */
export function expectEnd(ended: Ended, exitCode: number): Finished {
  expect(ended.exitCode, ended.told).toBe(exitCode);
  const last = finish(ended);
  expect(last.exitCode, ended.told).toBe(exitCode);
  expectValidEvents(ended);
  return last;
}

const eventSchema = new Ajv2020({ allErrors: true }).compile(
  JSON.parse(readFileSync(join(ROOT, 'schemas/events.schema.json'), 'utf8')) as object,
);

/** Fails unless each event is as `schemas/events.schema.json` documents it. */
function expectValidEvents(ended: Ended): void {
  expect(ended.events.length).toBeGreaterThan(0);
  for (const event of ended.events) {
    const valid = eventSchema(event);
    expect(valid, `${JSON.stringify(event)}\n${JSON.stringify(eventSchema.errors)}`).toBe(true);
  }
}

/** The codes of the findings that a refusal printed, in order. */
export function codes(ended: Ended): string[] {
  return [...ended.stderr.matchAll(/\bBP\d{3}\b/g)].map(([code]) => code);
}

/** Fails if a run has left something on the host: a job, a marker, a held lock, a process of ours. */
export async function expectNothingLeft(host: LabHost, domain: string): Promise<void> {
  const xmls = await Promise.all([
    host.virsh('dumpxml', domain),
    host.virsh('dumpxml', domain, '--inactive'),
  ]);
  for (const xml of xmls) {
    expect(xml).not.toContain('blockplan:run');
    expect(xml).not.toContain('<mirror');
  }
  const targets = [...xmls[0].matchAll(/<target dev='([^']*)' bus/g)].map(([, target]) => target!);
  const jobs = targets.map((target) =>
    host.virsh('blockjob', domain, target, '--info', '--raw').catch(() => ''),
  );
  expect((await Promise.all(jobs)).join('').trim(), 'jobs').toBe('');
  expect(await listing(join(stateDir(host), 'locks')).catch(() => [])).toEqual([]);
  expect(processesNaming(host.uri), 'processes with the host as their argument').toEqual([]);
}

/** Command lines of processes that contain the word and are not part of the host itself. */
function processesNaming(word: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        readlinkSync(`/proc/${pid}/exe`);
        const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return text.includes(word) ? [text] : [];
      } catch {
        return [];
      }
    });
}

/** Runs a program of the machine and returns what it printed. */
export function tool(file: string, ...argv: string[]): Promise<string> {
  return command(file, argv);
}

/**
 * A step that preflight accepts and that fails for a real reason: it copies an image whose header is sound and whose data is
 * damaged. At the end of a plan it makes every step before it roll back.
 */
export async function failingStep(host: LabHost): Promise<Record<string, unknown>> {
  const folder = await host.tmpfs(2 * 1024 * 1024);
  const source = join(folder, 'damaged.qcow2');
  await host.qemuImg('create', '-q', '-f', 'qcow2', source, '64M');
  await tool('qemu-io', '-f', 'qcow2', '-c', 'write -P 1 0 64k', source);
  await misplaceFirstCluster(source);
  return {
    id: 'fails',
    convert: { source, dest: join(folder, 'copy.qcow2'), 'source-format': 'qcow2' },
  };
}

/** Lets the first L2 entry of a qcow2 image lead into the middle of a cluster (QEMU, docs/interop/qcow2.txt). */
async function misplaceFirstCluster(image: string): Promise<void> {
  await using file = await open(image, 'r+');
  const offsetAt = async (at: number) => {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, at);
    return Number(buffer.readBigUInt64BE() & 0x00fffffffffffe00n);
  };
  const level1 = await offsetAt(40);
  const entry = Buffer.alloc(8);
  entry.writeBigUInt64BE(0x8000000000050200n);
  await file.write(entry, 0, 8, await offsetAt(level1));
}

/**
 * The guest's writes are on all of its disks without a gap, up to its durable ones now: on the disks that its next start
 * opens, from its persistent definition. The guest has the same files open, and their headers say the same.
 */
export async function expectWrites(host: LabHost, guest: Guest): Promise<void> {
  const upTo = await guest.waitForWrites(2);
  const live = openedDisks(await host.virsh('dumpxml', guest.name));
  await expectNextStart(host, guest.name, { upTo, live });
  expect(await guest.state()).toBe('running');
  await expectNothingLeft(host, guest.name);
}

/** Fails unless the next start of a domain, from its persistent definition, finds all numbers on its disks. */
export async function expectNextStart(
  host: LabHost,
  domain: string,
  expected: Expected,
): Promise<void> {
  expect(await faultsAtNextStart(host, domain, expected)).toEqual([]);
}

/** The name of the backing file as written in an image's header; undefined for none. */
export async function headerName(host: LabHost, image: string): Promise<string | undefined> {
  const told = await host.qemuImg('info', '-U', '--output=json', image);
  return (JSON.parse(told) as { 'backing-filename'?: string })['backing-filename'];
}

/**
 * Runs steps of which the last fails, and fails unless all is as before. It does not check the guest's writes: for a domain
 * whose next start is not from its current files, because it is transient or its definition is stale.
 */
export async function expectAsBefore(
  host: LabHost,
  guest: Guest,
  steps: readonly Readonly<Record<string, unknown>>[],
  folders: readonly string[] = [],
): Promise<Finished> {
  const look = async () => {
    const seen = await picture(host, guest.name, [host.images, ...folders]);
    const layers = Object.values(seen.chains).flat();
    return { ...seen, names: await Promise.all(layers.map((file) => headerName(host, file))) };
  };
  const before = await look();
  const ended = await runSteps(host, guest.name, steps);
  const last = expectEnd(ended, 4);
  expect(await look(), ended.told).toEqual(before);
  await expectNothingLeft(host, guest.name);
  return last;
}

/** Runs steps of which the last fails, and fails unless all is as before and no write is lost. */
export async function expectUndone(
  host: LabHost,
  guest: Guest,
  steps: readonly Readonly<Record<string, unknown>>[],
  folders: readonly string[] = [],
): Promise<Finished> {
  const last = await expectAsBefore(host, guest, steps, folders);
  await expectWrites(host, guest);
  return last;
}

/** Sets the log level of the host's libvirtd from now on; its guests keep running. */
export async function raiseLog(host: LabHost, filters: string): Promise<void> {
  const file = join(host.dir, 'etc/libvirt/libvirtd.conf');
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text
      .replace(/^log_filters = .*$/m, `log_filters = "${filters}"`)
      .replace('"3:file:', '"1:file:'),
  );
  await host.killDaemon();
  await host.startDaemon();
}

/** The names of libvirt's functions that change a domain. */
const WRITES =
  /Undefine|Define|Create|Delete|Block(Copy|Commit|Rebase|Pull|JobAbort|JobSetSpeed)|SetMetadata|SetAutostart|Suspend|Resume|Destroy|Shutdown|FSFreeze|FSThaw|AgentCommand|Redefine|Revert|DomainSave|DomainManagedSave/;

/** Fails unless the daemon was read from, and only that, since that place in its log; needs a raised log level. */
export async function expectOnlyRead(host: LabHost, from: number): Promise<void> {
  const log = (await readFile(host.logs, 'utf8')).slice(from);
  const calls = new Set([...log.matchAll(/ : (vir[A-Z]\w+):\d+ : /g)].map(([, name]) => name!));
  // The daemon opens each connection as its client requests: 1 is read-only, and refuses every change.
  const opened = [...log.matchAll(/virConnectOpenAuth:.*flags=(\S+)$/gm)].map(([, flags]) => flags);
  expect(new Set(opened)).toEqual(new Set(['0x1']));
  expect(calls).toContain('virDomainGetXMLDesc');
  expect([...calls].filter((name) => WRITES.test(name))).toEqual([]);
}

/** The commands of that name that libvirt has sent to QEMU, with their arguments; needs the log of `qemu.qemu_monitor`. */
export async function sentToQemu(
  host: LabHost,
  name: string,
): Promise<readonly Record<string, unknown>[]> {
  const log = await readFile(host.logs, 'utf8');
  const sent = log.matchAll(/QEMU_MONITOR_SEND_MSG: mon=\S+ msg=(\{.*\})$/gm);
  return [...sent]
    .map(([, text]) => JSON.parse(text!) as { execute: string; arguments: Record<string, unknown> })
    .filter((message) => message.execute === name)
    .map((message) => message.arguments);
}
