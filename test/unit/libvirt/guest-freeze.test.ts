/** What a run concludes from the answers to a freeze and a thaw, and what it does with the thaw guard. */
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Argv, HostIO, RunningProgram } from '../../../src/host-io/host-io.ts';
import { GuestFreeze } from '../../../src/libvirt/guest-freeze.ts';
import { sendCommand } from '../../../src/libvirt/send-command.ts';
import { virshEffect } from '../../effects.ts';
import { scripted } from './scripted-virsh.ts';

const ARM = { tool: 'arm-thaw', timeoutMs: 20_000, agentTimeout: 10, why: '' } as const;
const UUID = '6f3c1ab2-7c1e-4b5a-9d3f-0a1b2c3d4e5f';

/** The guard as the test plays it. */
let guard: { says: string; argv: Argv | undefined; input: string; did: string[] };
let stdout: PassThrough;

function played(argv: Argv): RunningProgram {
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  stdout = new PassThrough();
  guard.argv = argv;
  for (const stream of [stdin, stdout, stderr]) stream.setEncoding('utf8');
  stdin.on('data', (text: string) => {
    guard.input += text;
  });
  const exited = new Promise<never>(() => {});
  if (guard.says !== '') stdout.write(`${guard.says}\n`);
  const noted = (what: string) => () => void guard.did.push(what);
  const ends = { kill: noted('killed'), abandon: noted('abandoned'), leave: noted('left') };
  return { started: true, stdin, stdout, stderr, exited, ...ends };
}

const io = { start: (argv: Argv) => played(argv) } as unknown as HostIO;
beforeEach(() => {
  guard = { says: 'ready', argv: undefined, input: '', did: [] };
});

/** Freezes and thaws with these answers. */
async function frozen(froze: string | Error, thawed: string | Error, between = () => {}) {
  const virsh = scripted(([verb]) => {
    if (verb === 'domid') return '7\n';
    if (verb === 'domuuid') return UUID;
    return verb === 'domfsfreeze' ? froze : thawed;
  });
  const freeze = new GuestFreeze(io, '/dist/thaw-guard.js');
  await freeze.arm(virsh, 'testvm', ARM);
  const sent: string[] = [];
  for (const verb of ['domfsfreeze', 'domfsthaw']) {
    const effect = virshEffect([verb, '--domain', 'testvm']);
    if (freeze.isUnneeded(effect)) continue;
    sent.push(verb);
    await sendCommand(virsh, [verb, '--domain', 'testvm'], effect, freeze).catch(() => {});
    if (verb === 'domfsfreeze') between();
    await new Promise(setImmediate);
  }
  const why = freeze.conclude();
  await new Promise(setImmediate);
  return { freeze, why, sent };
}

describe('the file systems were frozen', () => {
  test('where the thaw found them so; the guard ends', async () => {
    const { why, freeze } = await frozen('Froze 2 filesystem(s)', 'Thawed 2 filesystem(s)');
    expect(why).toBeUndefined();
    expect(freeze.durationMs).toBeGreaterThanOrEqual(0);
    expect(guard.argv).toEqual([
      ...[process.execPath, '/dist/thaw-guard.js', 'test:///default', UUID],
      ...['7', '20000', '10'],
    ]);
    expect(guard.input).toBe('disarm\n');
    expect(guard.did).toEqual(['left']);
  });

  test('also where a thaw or a freeze was sent once more', async () => {
    const { freeze } = await frozen('Froze 2 filesystem(s)', 'Thawed 2 filesystem(s)');
    const again = async (verb: string, says: string | Error) => {
      const words = [verb, '--domain', 'testvm'];
      await sendCommand(
        scripted(() => says),
        words,
        virshEffect(words),
        freeze,
      ).catch(() => {});
    };
    await again('domfsthaw', 'Thawed 0 filesystem(s)');
    expect(freeze.conclude()).toBeUndefined();
    await again('domfsfreeze', new Error('the agent is in frozen state'));
    expect(freeze.conclude()).toBeUndefined();
    expect(freeze.isUnneeded(virshEffect(['domfsthaw', '--domain', 'testvm']))).toBe(false);
  });

  test('not where something else had thawed them', async () => {
    const { why } = await frozen('Froze 2 filesystem(s)', 'Thawed 0 filesystem(s)');
    expect(why).toBe('they were thawed before, by another process');
  });

  test('not where the guard had', async () => {
    const acts = () => stdout.write('Thawed 2 filesystem(s)\n');
    const { why } = await frozen('Froze 2 filesystem(s)', 'Thawed 0 filesystem(s)', acts);
    expect(why).toBe('they were thawed before, because the time was over');
  });

  test('not where there was none', async () => {
    const { why } = await frozen('Froze 0 filesystem(s)', 'Thawed 0 filesystem(s)');
    expect(why).toBe('the guest has no file system to freeze');
  });

  test('not where the freeze failed, even if the thaw found some: they may be frozen too late', async () => {
    const { why } = await frozen(
      new Error('Guest agent is not responding'),
      'Thawed 2 filesystem(s)',
    );
    expect(why).toBe('virsh domfsfreeze: Guest agent is not responding');
    expect(guard.input).toBe('disarm\n');
  });
});

test('a thaw that is not answered leaves the guard armed', async () => {
  const { why, freeze } = await frozen('Froze 2 filesystem(s)', new Error('not connected'));
  expect(why).toBe('the thaw was not answered');
  expect([guard.input, guard.did]).toEqual(['', []]);
  freeze.leave();
  expect([guard.input, guard.did]).toEqual(['', ['left']]);
});

test.each(['QEMU guest agent is not connected', 'the agent is in frozen state'])(
  'a guest that this run has not frozen is not thawed: %s',
  async (said) => {
    const { why, sent } = await frozen(new Error(said), 'Thawed 2 filesystem(s)');
    expect(sent).toEqual(['domfsfreeze']);
    expect(why).toBe(`virsh domfsfreeze: ${said}`);
    expect(guard.input).toBe('disarm\n');
  },
);

test('a run that has frozen nothing itself thaws what it finds, and concludes nothing', async () => {
  const freeze = new GuestFreeze(io, undefined);
  expect(freeze.isUnneeded(virshEffect(['domfsthaw', '--domain', 'testvm']))).toBe(false);
  expect(freeze.conclude()).toBe('the run was interrupted meanwhile');
});

test('without a guard that is ready, nothing is frozen', async () => {
  guard.says = 'no such domain';
  await expect(frozen('', '')).rejects.toThrow('the thaw guard cannot be started: no such domain');
  expect(guard.did).toEqual(['killed']);
  const freeze = new GuestFreeze(io, undefined);
  const virsh = scripted(([verb]) => (verb === 'domid' ? '7' : UUID));
  await expect(freeze.arm(virsh, 'testvm', ARM)).rejects.toThrow('its code is not installed');
});
