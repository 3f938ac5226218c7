/** Recovery that ends, on real libvirt: a restarted guest counts as a new one, and every end can be cleared. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import {
  agentConnected,
  definition,
  isAutostarted,
  type Picture,
  picture,
} from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { GuestProcesses } from '../../src/libvirt/guest-process.ts';
import { markerIn } from '../../src/libvirt/marker.ts';
import { observeDomain } from '../../src/libvirt/observe.ts';
import { openVirsh } from '../../src/libvirt/virsh.ts';
import { hasEnded } from '../../src/model/guest-process.ts';
import {
  codes,
  type Ended,
  expectEnd,
  expectWrites,
  planText,
  startCli,
  startRun,
  stateDir,
  writePlan,
} from './support.ts';

const NAME = 'testvm';
let host: LabHost;
let guest: Guest;
let before: Picture;
let round = 0;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    name: NAME,
    autostart: true,
    disks: [
      { target: 'vda', chain: ['base', 'active'] },
      { target: 'vdb', chain: ['data'] },
    ],
  });
});
afterAll(() => host.stop());
beforeEach(async () => {
  round += 1;
  await agentConnected(host, NAME);
  await guest.waitForWrites(1);
  before = await picture(host, NAME);
});

const at = (name: string) => join(host.images, `${name}-${round}.qcow2`);
const cli = (...argv: string[]): Promise<Ended> => startCli(host, argv).ended;
const takeUp = (how: 'resume' | 'rollback', run: string) => cli(how, run, '--format', 'json');
const commandsOf = ({ events }: Ended) =>
  events.flatMap((event) => (event.event === 'command' ? [event.command] : []));

/** Starts the shipped backup, and kills blockplan once its snapshot is reported as done. */
async function killedAfterSnapshot(): Promise<string> {
  const source = before.chains['vda']![0]!;
  const set = { domain: NAME, source, overlay: at('overlay'), dest: at('backup') };
  const words = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const running = await startRun(host, { file: 'plans/live-backup.yaml' }, { words });
  const started = await running.event(({ event }) => event === 'run-started');
  await running.event(
    (event: RunEvent) => event.event === 'phase-finished' && event.phase === 'snapshot',
  );
  running.child.kill('SIGKILL');
  await running.ended;
  return started.event === 'run-started' ? started.run : '';
}

/** Stops the agent. The returned function lets it continue: its guest waits for a hot-plugged port. */
async function agentSleeps(): Promise<() => Promise<void>> {
  const ports = 'ls /dev/vport* | wc -l';
  const script = `n=$(${ports}); while [ $(${ports}) = $n ]; do sleep 1; done; killall -CONT qemu-ga`;
  const ask = (execute: string, more: object = {}) =>
    host.virsh('qemu-agent-command', NAME, JSON.stringify({ execute, ...more }), '--timeout', '1');
  const inGuest = (...arg: string[]) =>
    ask('guest-exec', { arguments: { path: '/bin/busybox', arg } });
  const answers = () =>
    ask('guest-ping').then(
      () => true,
      () => false,
    );
  await inGuest('sh', '-c', script);
  await inGuest('killall', '-STOP', 'qemu-ga').catch(() => '');
  await until('the agent to stop', 20_000, async () => !(await answers()));
  return async () => {
    const file = join(host.dir, 'port.xml');
    const target = `<target type='virtio' name='blockplan.wake'/>`;
    await writeFile(file, `<channel type='pty'>${target}</channel>`);
    await host.virsh('attach-device', NAME, file, '--live');
    await until('the agent to answer', 40_000, answers);
    const xml = await host.virsh('dumpxml', NAME);
    const port = xml
      .match(/<channel [\s\S]*?<\/channel>/g)
      ?.find((each) => each.includes('blockplan.wake'));
    await writeFile(file, port ?? '');
    await host.virsh('detach-device', NAME, file, '--live');
  };
}

async function restarted(): Promise<void> {
  await host.virsh('destroy', NAME);
  await host.virsh('start', NAME);
}

test('a guest that was restarted since its freeze is not frozen: one rollback ends the run', async () => {
  const run = await killedAfterSnapshot();
  await restarted();
  // Its agent starts with the guest's system, seconds later.
  const ended = await takeUp('rollback', run);
  expect(expectEnd(ended, 0).end).toBe('rolled-back');
  expect(commandsOf(ended).filter((command) => command.includes('domfsthaw'))).toEqual([]);
  expect(codes(await takeUp('rollback', run))).toEqual(['BP211']);
  await agentConnected(host, NAME);
  const now = await picture(host, NAME);
  expect(now.chains, ended.told).toEqual(before.chains);
  expect(now.definition).toBe(before.definition);
  await expectWrites(host, guest);
});

test('a guest whose agent did not answer is thawed by the next rollback', async () => {
  const run = await killedAfterSnapshot();
  const wake = await agentSleeps();
  const stranded = expectEnd(await takeUp('rollback', run), 5);
  expect(stranded.state.join('\n')).toContain('may still be frozen');
  expect(stranded.next).toContain(`blockplan rollback ${run}`);
  expect(stranded.next).not.toContain(`blockplan resume ${run}`);
  // A stranded run blocks a new one; the refusal names the commands that end it.
  const another = { blockcopy: { disk: 'vdb', dest: at('other'), finish: true } };
  const refused = await (await startRun(host, { text: planText(NAME, [another]) })).ended;
  expect(codes(refused), refused.told).toEqual(['BP120']);
  expect(refused.stderr).toContain(`blockplan rollback ${run}`);
  await wake();
  const ended = await takeUp('rollback', run);
  expect(expectEnd(ended, 0).end).toBe('rolled-back');
  expect(commandsOf(ended)).toEqual([`virsh domfsthaw --domain ${NAME}`]);
  await expectWrites(host, guest);
});

test('a QEMU process is distinguished from the next, also if libvirt gives it the same id', async () => {
  const processes = new GuestProcesses(localHost);
  const look = async () => {
    await using virsh = await openVirsh(localHost, { uri: host.uri, readonly: true });
    return await observeDomain(virsh, NAME, false, processes);
  };
  const first = await look();
  expect(first.process?.started).toBeDefined();
  expect((await look()).process).toEqual(first.process);
  await host.killDaemon();
  await host.startDaemon();
  const again = await look();
  expect(again.process).toEqual(first.process);
  expect(hasEnded(first.process, again)).toBe(false);
  // A daemon that finds no running guest counts from the beginning.
  const startedAnew = async () => {
    await host.virsh('destroy', NAME);
    const off = await look();
    expect(off.process).toBeUndefined();
    expect(hasEnded(first.process, off)).toBe(true);
    await host.killDaemon();
    await host.startDaemon();
    await host.virsh('start', NAME);
    return look();
  };
  const second = await startedAnew();
  const third = await startedAnew();
  expect(third.process?.id).toBe(second.process?.id);
  expect(hasEnded(second.process, third)).toBe(true);
});

test('after a power loss autostart, which undefine disabled, is reported, and enabled again', async () => {
  const copy = (disk: string, more: object = {}) => ({
    blockcopy: { disk, dest: at(`new-${disk}`), shallow: true, pivot: true, ...more },
  });
  const steps = [
    { undefine: {} },
    copy('vda'),
    copy('vdb', { bandwidth: 20_000, bytes: true }),
    { redefine: { disk: 'vda', source: at('new-vda') } },
    { redefine: { disk: 'vdb', source: at('new-vdb') } },
  ];
  const running = await startRun(host, { text: planText(NAME, steps) });
  const started = await running.event(({ event }) => event === 'run-started');
  const run = started.event === 'run-started' ? started.run : '';
  await until('the slow copy', 30_000, async () =>
    (await host.virsh('blockjob', NAME, 'vdb', '--info', '--raw').catch(() => '')).includes(
      'Block Copy',
    ),
  );
  const acknowledged = await guest.acknowledged();
  running.child.kill('SIGKILL');
  await running.ended;
  const held = await cli('forget', run);
  expect(codes(held), held.told).toEqual(['BP217']);
  expect(await host.virsh('dumpxml', NAME)).toContain('blockplan:run');
  await host.powerOff();
  await host.boot();
  // libvirt has written a definition at the pivot, so it knows the domain; autostart is off.
  expect(await host.virsh('dominfo', NAME)).toMatch(/^Persistent:\s+yes$/m);
  expect(await isAutostarted(host, NAME)).toBe(false);
  const doctor = await cli('doctor', NAME, '-c', host.uri);
  expect(codes({ ...doctor, stderr: doctor.stdout })).toContain('BP247');
  expect((await cli('status')).stdout.replaceAll(/\s+/g, ' ')).toContain('disabled autostart');
  const rescued = await cli('rescue', '--all');
  expect(rescued.exitCode, rescued.told).toBe(0);
  expect(rescued.stdout).toContain(`restored: ${NAME}`);
  expect(await isAutostarted(host, NAME)).toBe(true);
  const own = before.definition!.replace(before.chains['vda']![0]!, at('new-vda'));
  expect(await definition(host, NAME)).toBe(own);
  const healed = await cli('doctor', NAME, '-c', host.uri);
  expect(codes({ ...healed, stderr: healed.stdout })).not.toContain('BP247');
  await guest.start();
  await guest.verifyLog(at('new-vda'), acknowledged);
  await guest.waitForWrites(1);
  const ended = await takeUp('rollback', run);
  expect(expectEnd(ended, 0).end).toBe('rolled-back');
  expect(await definition(host, NAME)).toBe(before.definition);
  expect(await isAutostarted(host, NAME)).toBe(true);
  await expectWrites(host, guest);
});

test('a run that was repaired by other means is forgotten, with its marker', async () => {
  const slow = { disk: 'vdb', dest: at('slow'), finish: true, bandwidth: 20_000, bytes: true };
  const text = planText(NAME, [{ blockcopy: slow }]);
  const running = await startRun(host, { text });
  await running.event(({ event }) => event === 'progress');
  running.child.kill('SIGKILL');
  await running.ended;
  const [run = ''] = await readdir(join(stateDir(host), 'unfinished'));
  expect(markerIn(await host.virsh('dumpxml', NAME))?.run).toBe(run);
  const plan = await writePlan(host, text.replace(slow.dest, at('other')));
  const again = () => startRun(host, { file: plan });
  const refused = await (await again()).ended;
  expect(codes(refused), refused.told).toEqual(['BP120']);
  const previewed = await cli('preview', plan, '-c', host.uri);
  expect(previewed.exitCode, previewed.told).toBe(3);
  expect(codes({ ...previewed, stderr: previewed.stdout })).toEqual(['BP120']);
  expect(previewed.stdout).toContain(`blockplan rollback ${run}`);
  const forgotten = await cli('forget', run);
  expect(forgotten.exitCode, forgotten.told).toBe(0);
  expect(forgotten.stdout).toContain('its marker was removed from the domain');
  // It names the job that the run has left, and so does the doctor.
  expect(forgotten.stdout).toContain(`the copy of vdb to ${slow.dest}, which the run started`);
  expect(forgotten.stdout).toMatch(/^ {2}\$ virsh .*blockjob .*--path vdb --abort$/m);
  const doctor = await cli('doctor', NAME, '-c', host.uri);
  expect(codes({ ...doctor, stderr: doctor.stdout }), doctor.told).toContain('BP239');
  expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toContain(`run ${run}, which was forgotten`);
  await host.virsh('blockjob', NAME, 'vdb', '--abort');
  expect(await host.virsh('dumpxml', NAME)).not.toContain('blockplan:run');
  expect(await readdir(join(stateDir(host), 'unfinished'))).toEqual([]);
  expect(codes(await takeUp('resume', run))).toEqual(['BP211']);
  const next = await again();
  await next.event(({ event }) => event === 'progress');
  next.child.kill('SIGINT');
  expectEnd(await next.ended, 4);
  expect(await readFile(join(stateDir(host), 'runs', run, 'journal.jsonl'), 'utf8')).toContain(
    'run-forgotten',
  );
});
