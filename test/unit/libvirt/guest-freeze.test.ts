/** What a run concludes from the answers to a freeze and a thaw, and what it does with the thaw guard. */
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Argv, Exit, HostIO, RunningProgram } from '../../../src/host-io/host-io.ts';
import { GuestFreeze } from '../../../src/libvirt/guest-freeze.ts';
import { noteQuiesce } from '../../../src/libvirt/note-quiesce.ts';
import { sendCommand } from '../../../src/libvirt/send-command.ts';
import type { GuardMessage } from '../../../src/libvirt/thaw-guard.ts';
import { isUnbegun } from '../../../src/model/effect-failed.ts';
import { virshEffect } from '../../effects.ts';
import { scripted } from './scripted-virsh.ts';

const ARM = { tool: 'arm-thaw', timeoutMs: 20_000, agentTimeout: 10, why: '' } as const;
const UUID = '6f3c1ab2-7c1e-4b5a-9d3f-0a1b2c3d4e5f';
const FROZEN_BY_OTHERS = 'the agent is in frozen state';

/** What the guard, as the test plays it, says to a freeze; `ends` stands for a guard that ends instead. */
type Froze = Omit<GuardMessage, 'says'> & { readonly says: GuardMessage['says'] | 'ends' };
const froze = (count: number): Froze => ({ says: 'froze', text: `Froze ${count} filesystem(s)` });
const refused = (text: string): Froze => ({ says: 'refused', text });
const unanswered: Froze = { says: 'unanswered', text: 'virsh has ended' };

let guard: {
  begins: string;
  froze: Froze;
  argv: Argv | undefined;
  input: string;
  did: string[];
  say(message: GuardMessage): void;
  end(): void;
};

function played(argv: Argv): RunningProgram {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let resolve = (_exit: Exit) => {};
  const exited = new Promise<Exit>((end) => {
    resolve = end;
  });
  guard.argv = argv;
  guard.say = (message) => void stdout.write(`${JSON.stringify(message)}\n`);
  guard.end = () => resolve({ missing: false, code: 1, signal: undefined });
  for (const stream of [stdin, stdout, stderr]) stream.setEncoding('utf8');
  stdin.on('data', (text: string) => {
    guard.input += text;
    if (!text.includes('freeze')) return;
    if (guard.froze.says === 'ends') guard.end();
    else guard.say(guard.froze as GuardMessage);
  });
  if (guard.begins === 'ready') guard.say({ says: 'ready', text: '' });
  else {
    stderr.write(`${guard.begins}\n`);
    setImmediate(guard.end);
  }
  const noted = (what: string) => () => void guard.did.push(what);
  const ends = { kill: noted('killed'), abandon: noted('abandoned'), leave: noted('left') };
  return { started: true, stdin, stdout, stderr, exited, ...ends };
}

const io = { start: (argv: Argv) => played(argv) } as unknown as HostIO;
beforeEach(() => {
  guard = {
    ...{ begins: 'ready', froze: froze(2), argv: undefined, input: '', did: [] },
    ...{ say: () => {}, end: () => {} },
  };
});

const effectOf = (verb: string) => virshEffect([verb, '--domain', 'testvm']);
const heard = () => new Promise(setImmediate);
const armed = async () => {
  const freeze = new GuestFreeze(io, '/dist/thaw-guard.js');
  await freeze.arm(
    scripted(([verb]) => (verb === 'domid' ? '7\n' : UUID)),
    'testvm',
    ARM,
  );
  return freeze;
};

/** Sends a command, and returns why it failed, and what virsh itself was asked. */
async function sent(freeze: GuestFreeze, verb: string, says: string | Error = '') {
  if (freeze.isUnneeded(effectOf(verb))) return { error: undefined, asked: [] };
  const virsh = scripted(() => says);
  const words = [verb, '--domain', 'testvm'];
  const error = await sendCommand(virsh, words, effectOf(verb), freeze).catch((why) => why);
  await heard();
  return { error, asked: virsh.asked };
}

/** Freezes and thaws with these answers. */
async function frozen(said: Froze, thawed: string | Error, between = () => {}) {
  guard.froze = said;
  const freeze = await armed();
  const { asked, error } = await sent(freeze, 'domfsfreeze');
  expect(asked).toEqual([]);
  between();
  await heard();
  const thaw = await sent(freeze, 'domfsthaw', thawed);
  return { freeze, error, thaws: thaw.asked.length };
}
const whyOf = (freeze: GuestFreeze) => {
  const result = freeze.conclude();
  return 'why' in result ? result.why : undefined;
};

describe('the file systems were frozen', () => {
  test('where the thaw found them so; the guard ends', async () => {
    const { freeze } = await frozen(froze(2), 'Thawed 2 filesystem(s)');
    expect(freeze.conclude()).toEqual({ frozenMs: expect.any(Number) });
    expect(guard.argv).toEqual([
      ...[process.execPath, '/dist/thaw-guard.js', 'test:///default', UUID],
      ...['7', '20000', '10'],
    ]);
    expect(guard.input).toBe('freeze\ndisarm\n');
    expect(guard.did).toEqual(['left']);
  });

  test('also where a thaw or a freeze was sent once more', async () => {
    const { freeze } = await frozen(froze(2), new Error('not connected'));
    guard.froze = refused(FROZEN_BY_OTHERS);
    await sent(freeze, 'domfsfreeze');
    expect(freeze.isUnneeded(effectOf('domfsthaw'))).toBe(false);
    await sent(freeze, 'domfsthaw', 'Thawed 2 filesystem(s)');
    await sent(freeze, 'domfsthaw', 'Thawed 0 filesystem(s)');
    expect(whyOf(freeze)).toBeUndefined();
  });

  test('not where something else had thawed them', async () => {
    const { freeze } = await frozen(froze(2), 'Thawed 0 filesystem(s)');
    expect(freeze.conclude()).toEqual({ why: 'they were thawed before, by another process' });
  });

  test('not where the guard had', async () => {
    const acts = () => guard.say({ says: 'thawed', text: 'Thawed 2 filesystem(s)' });
    const { freeze } = await frozen(froze(2), 'Thawed 0 filesystem(s)', acts);
    const why = 'they were thawed before, because the time was over';
    expect(freeze.conclude()).toEqual({ why });
  });

  test('not where there was none', async () => {
    const { freeze } = await frozen(froze(0), 'Thawed 0 filesystem(s)');
    expect(freeze.conclude()).toEqual({ why: 'the guest has no file system to freeze' });
  });

  test('not where the freeze failed, even if the thaw found some: they may be frozen too late', async () => {
    const failed = refused('Guest agent is not responding');
    const { freeze } = await frozen(failed, 'Thawed 2 filesystem(s)');
    expect(whyOf(freeze)).toBe('virsh domfsfreeze: Guest agent is not responding');
    expect(guard.input).toBe('freeze\ndisarm\n');
  });

  test.each<[string, Froze, string]>([
    ['has no answer', unanswered, 'virsh has ended'],
    ['has no answer, because the guard has ended', { says: 'ends', text: '' }, 'has ended'],
  ])('not where the freeze %s', async (_how, said, why) => {
    const { freeze, error } = await frozen(said, 'Thawed 0 filesystem(s)');
    expect(isUnbegun(error)).toBe(false);
    expect(whyOf(freeze)).toContain(why);
  });
});

test('the output has the time of a freeze that is certain only', async () => {
  const notices: string[] = [];
  const noted = async (said: Froze, thawed: string) => {
    const { freeze } = await frozen(said, thawed);
    const note = { tool: 'note-quiesce', draft: '/d', required: true, why: '' } as const;
    const onNotice = (text: string) => void notices.push(text);
    const io = {} as HostIO;
    await noteQuiesce(io, freeze, note, { onNotice } as never).catch(() => {});
  };
  await noted(froze(0), 'Thawed 0 filesystem(s)');
  await noted(froze(2), 'Thawed 0 filesystem(s)');
  expect(notices).toEqual([]);
  await noted(froze(2), 'Thawed 2 filesystem(s)');
  expect(notices).toEqual([
    expect.stringMatching(/^The file systems were frozen for \d+\.\d s\.$/),
  ]);
});

test('a thaw that is not answered leaves the guard armed', async () => {
  const { freeze } = await frozen(froze(2), new Error('not connected'));
  expect(whyOf(freeze)).toBe('the thaw was not answered');
  expect([guard.input, guard.did]).toEqual(['freeze\n', []]);
  freeze.leave();
  expect([guard.input, guard.did]).toEqual(['freeze\n', ['left']]);
});

test('a thaw that finds nothing leaves the guard armed while the freeze may still come', async () => {
  const { freeze } = await frozen(unanswered, 'Thawed 0 filesystem(s)');
  expect([guard.input, guard.did]).toEqual(['freeze\n', []]);
  await sent(freeze, 'domfsthaw', 'Thawed 2 filesystem(s)');
  expect(guard.input).toBe('freeze\ndisarm\n');
});

describe.each(['QEMU guest agent is not connected', FROZEN_BY_OTHERS])(
  'a guest that this run has not frozen: %s',
  (said) => {
    test('is not thawed', async () => {
      const { freeze, thaws } = await frozen(refused(said), 'Thawed 2 filesystem(s)');
      expect(thaws).toBe(0);
      // A plan that requires the freeze ends here: nothing is concluded.
      freeze.leave();
      expect([guard.input, guard.did]).toEqual(['freeze\n', ['left']]);
    });

    test('is thawed by a later step, once the backup has noted why', async () => {
      const { freeze } = await frozen(refused(said), '');
      expect(whyOf(freeze)).toBe(`virsh domfsfreeze: ${said}`);
      expect(guard.did).toEqual(['left']);
      expect((await sent(freeze, 'domfsthaw')).asked).toHaveLength(1);
    });
  },
);

describe('nothing is frozen', () => {
  const unsent = (error: unknown, why: string) => {
    expect(isUnbegun(error)).toBe(true);
    expect(String(error)).toContain(why);
  };

  test('without a guard', async () => {
    const freeze = new GuestFreeze(io, undefined);
    const { error, asked } = await sent(freeze, 'domfsfreeze');
    unsent(error, 'no thaw guard was started');
    expect(asked).toEqual([]);
  });

  test('by a guard that has ended, whatever has ended it', async () => {
    const freeze = await armed();
    guard.end();
    await heard();
    const { error, asked } = await sent(freeze, 'domfsfreeze');
    unsent(error, 'the thaw guard has ended');
    expect([guard.input, asked]).toEqual(['', []]);
  });

  test('where the guard says so', async () => {
    guard.froze = { says: 'unsent', text: 'the guest has stopped' };
    unsent((await sent(await armed(), 'domfsfreeze')).error, 'the guest has stopped');
  });

  test.each([
    ['is not ready', 'no such domain', '/dist/thaw-guard.js', ['killed']],
    ['is not installed', 'ready', undefined, []],
  ])('by a guard that %s, and the manifest says why', async (_how, begins, program, did) => {
    guard.begins = begins;
    const freeze = new GuestFreeze(io, program);
    const virsh = scripted(([verb]) => (verb === 'domid' ? '7' : UUID));
    const why = begins === 'ready' ? 'its code is not installed' : begins;
    const said = `the thaw guard cannot be started: ${why}`;
    await expect(freeze.arm(virsh, 'testvm', ARM)).rejects.toThrow(said);
    expect(guard.did).toEqual(did);
    unsent((await sent(freeze, 'domfsfreeze')).error, said);
    expect(whyOf(freeze)).toBe(`the freeze was not sent: ${said}`);
  });
});

test('a guard that does not answer is left: it thaws, or freezes nothing any more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const freeze = await armed();
    guard.froze = { says: 'thawed', text: '' };
    const sending = sent(freeze, 'domfsfreeze');
    await vi.advanceTimersByTimeAsync(200_000);
    expect(String((await sending).error)).toContain('did not answer within 110 s');
    expect(guard.did).toEqual(['left']);
  } finally {
    vi.useRealTimers();
  }
});

test('a run that has frozen nothing itself thaws what it finds, and concludes nothing', async () => {
  const freeze = new GuestFreeze(io, undefined);
  expect(freeze.isUnneeded(effectOf('domfsthaw'))).toBe(false);
  expect(whyOf(freeze)).toBe('the run was interrupted meanwhile');
});
