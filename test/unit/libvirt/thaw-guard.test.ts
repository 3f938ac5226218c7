/** The work of the thaw guard, on scripted answers: it thaws what it may have frozen, until the guest is thawed or has stopped. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectionLost } from '../../../src/libvirt/contact.ts';
import { ThawGuard, thawUntilDone } from '../../../src/libvirt/thaw-guard.ts';
import type { Virsh } from '../../../src/libvirt/virsh.ts';
import { idOf, scripted } from './scripted-virsh.ts';

const guest = { uuid: idOf('testvm'), id: '7', agentTimeout: 10 };
const FREEZE = 'domfsfreeze --domain testvm';
const THAW = 'domfsthaw --domain testvm';
const limit = (seconds: number) => `guest-agent-timeout --domain testvm --timeout ${seconds}`;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Answers = (verb: string, asked: number) => string | Error;

const answering: Answers = (verb) => {
  if (verb === 'domid') return '7\n';
  if (verb === 'domfsfreeze') return 'Froze 2 filesystem(s)\n';
  return verb === 'domfsthaw' ? 'Thawed 2 filesystem(s)\n' : '';
};

/** A libvirt with these answers; `open` is asked for each connection. */
function libvirt(answers: Answers) {
  const virsh = scripted(([verb = ''], asked) => answers(verb, asked));
  const seen = { opened: 0 };
  const open = async () => {
    seen.opened += 1;
    if (answers('open', seen.opened) instanceof Error) throw connectionLost('libvirtd is down');
    return virsh;
  };
  return { virsh, seen, open };
}

describe('a thaw', () => {
  /** Thaws with these answers, and returns what is said, how long that takes, and what was asked. */
  async function thawed(answers: Answers, lateMs = 0) {
    const { virsh, seen, open } = libvirt(answers);
    const from = Date.now();
    const said = thawUntilDone(open, guest, performance.now() + lateMs);
    await vi.runAllTimersAsync();
    return { said: await said, ms: Date.now() - from, opened: seen.opened, asked: virsh.asked };
  }

  test('limits the agent, thaws, and resets the limit', async () => {
    const { said, asked } = await thawed(answering);
    expect(said).toBe('Thawed 2 filesystem(s)');
    expect(asked).toEqual(['domid --domain testvm', limit(10), THAW, limit(-2)]);
  });

  test('goes on until libvirt answers, with at most 4 s between two attempts', async () => {
    const { said, ms, opened } = await thawed((verb, at) =>
      verb === 'open' && at <= 100 ? new Error('down') : answering(verb, at),
    );
    expect([said, opened]).toEqual(['Thawed 2 filesystem(s)', 101]);
    expect(ms).toBeLessThanOrEqual(400_000);
    expect(ms).toBeGreaterThan(300_000);
  });

  test('goes on until the agent answers', async () => {
    const { said, asked } = await thawed((verb, at) =>
      verb === 'domfsthaw' && at < 5
        ? new Error('QEMU guest agent is not connected')
        : answering(verb, at),
    );
    expect(said).toBe('Thawed 2 filesystem(s)');
    expect(asked.filter((each) => each === THAW)).toHaveLength(6);
  });

  test('goes on while the freeze may still come, and ends with it', async () => {
    const nothing = (until: number) => (verb: string, at: number) =>
      verb === 'domfsthaw' && at < until ? 'Thawed 0 filesystem(s)' : answering(verb, at);
    const late = await thawed(nothing(3), 60_000);
    expect(late.said).toBe('Thawed 2 filesystem(s)');
    expect(late.ms).toBeLessThan(5_000);
    const never = await thawed(nothing(1000), 60_000);
    expect(never.said).toBe('Thawed 0 filesystem(s)');
    expect(never.ms).toBeGreaterThanOrEqual(60_000);
    expect(never.ms).toBeLessThanOrEqual(64_000);
    expect((await thawed(nothing(1000))).ms).toBe(0);
  });

  test.each([
    ['is off', '-\n', 'testvm'],
    ['was started again', '8\n', 'testvm'],
    ['is gone', new Error("failed to get domain 'testvm'"), ''],
  ])('is not sent where the guest %s', async (_how, id, list) => {
    const { said, asked } = await thawed((verb, at) =>
      verb === 'domid' ? id : verb === 'list' ? list : answering(verb, at),
    );
    expect(said).toBe('the guest has stopped');
    expect(asked).not.toContain(THAW);
  });

  test('is tried again for a domain that cannot be looked up, but is listed', async () => {
    const { said } = await thawed((verb, at) => {
      if (verb === 'list') return 'testvm';
      return verb === 'domid' && at === 0
        ? new Error("failed to get domain 'x'")
        : answering(verb, at);
    });
    expect(said).toBe('Thawed 2 filesystem(s)');
  });
});

/** A guard on these answers; its time is 20 s. */
function guardOn(answers: Answers) {
  const { virsh, open } = libvirt(answers);
  const due = vi.fn();
  const sent = () => virsh.asked.filter((each) => each.startsWith('domfs'));
  return { guard: new ThawGuard(open, guest, 20_000, due), virsh, open, due, sent };
}

describe('a guard', () => {
  test('that has frozen the guest thaws it', async () => {
    const { guard, due, sent, virsh } = guardOn(answering);
    expect(await guard.freeze()).toEqual({ says: 'froze', text: 'Froze 2 filesystem(s)' });
    // Without a timeout for the agent, a freeze could hang without limit.
    expect(virsh.asked.indexOf(limit(10))).toBeLessThan(virsh.asked.indexOf(FREEZE));
    await vi.advanceTimersByTimeAsync(19_999);
    expect(due).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(due).toHaveBeenCalledOnce();
    expect(await guard.thaw()).toBe('Thawed 2 filesystem(s)');
    expect(sent()).toEqual([FREEZE, THAW]);
  });

  test('that was told nothing thaws nothing, however long it waits', async () => {
    const { guard, due, sent } = guardOn(answering);
    await guard.prove();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(due).not.toHaveBeenCalled();
    expect(await guard.thaw()).toBeUndefined();
    expect(sent()).toEqual([]);
  });

  test.each(['the agent is in frozen state', 'QEMU guest agent is not connected'])(
    'whose freeze is refused thaws nothing that another tool has frozen: %s',
    async (said) => {
      const { guard, due, sent, virsh } = guardOn((verb, at) =>
        verb === 'domfsfreeze' ? new Error(said) : answering(verb, at),
      );
      expect(await guard.freeze()).toEqual({ says: 'refused', text: said });
      expect(virsh.asked.at(-1)).toBe(limit(-2));
      await vi.advanceTimersByTimeAsync(600_000);
      expect(due).not.toHaveBeenCalled();
      expect(await guard.thaw()).toBeUndefined();
      expect(sent()).toEqual([FREEZE]);
    },
  );

  test('that is asked twice still thaws what it has frozen', async () => {
    const { guard, sent } = guardOn((verb, at) =>
      verb === 'domfsfreeze' && at > 0
        ? new Error('the agent is in frozen state')
        : answering(verb, at),
    );
    await guard.freeze();
    expect((await guard.freeze()).says).toBe('refused');
    expect(await guard.thaw()).toBe('Thawed 2 filesystem(s)');
    expect(sent()).toEqual([FREEZE, FREEZE, THAW]);
  });

  test('whose freeze failed on the way thaws', async () => {
    const { guard } = guardOn((verb, at) =>
      verb === 'domfsfreeze' ? new Error('Guest agent is not responding') : answering(verb, at),
    );
    expect((await guard.freeze()).says).toBe('refused');
    expect(await guard.thaw()).toBe('Thawed 2 filesystem(s)');
  });

  test.each<[string, Answers]>([
    ['libvirt is down', (verb) => (verb === 'open' ? new Error('down') : '')],
    ['the guest was started again', (verb) => (verb === 'domid' ? '8' : '')],
    [
      'the agent cannot be limited',
      (verb) => (verb === 'domid' ? '7' : verb.startsWith('guest-agent') ? new Error('no') : ''),
    ],
  ])('sends no freeze where %s', async (_what, answers) => {
    const { guard, sent } = guardOn(answers);
    expect((await guard.freeze()).says).toBe('unsent');
    expect(await guard.thaw()).toBeUndefined();
    expect(sent()).toEqual([]);
  });
});

describe('a freeze under way', () => {
  /** A guard whose connections wait for the test before that verb is answered. */
  function waitingAt(verb: string, answers: Answers) {
    const { virsh, open } = libvirt(answers);
    let [resolve, reject] = [() => {}, (_why: Error) => {}];
    const answered = new Promise<void>((done, fail) => {
      [resolve, reject] = [done, fail];
    });
    const held: Virsh = {
      ...virsh,
      run: async (argv) => {
        if (argv[0] === verb) await answered;
        return virsh.run(argv);
      },
    };
    const guard = new ThawGuard(
      () => open().then(() => held),
      guest,
      20_000,
      () => {},
    );
    return { guard, resolve, reject, sent: () => virsh.asked.filter((at) => at.includes('domfs')) };
  }

  test('that was not sent yet is not sent once blockplan has ended', async () => {
    const { guard, resolve, sent } = waitingAt('guest-agent-timeout', answering);
    const freezing = guard.freeze();
    const thawing = guard.thaw();
    resolve();
    expect((await freezing).says).toBe('unsent');
    expect(await thawing).toBeUndefined();
    expect(sent()).toEqual([]);
  });

  test('that waits for libvirt is answered before the thaw', async () => {
    const { guard, resolve, sent } = waitingAt('domfsfreeze', answering);
    const freezing = guard.freeze();
    await vi.advanceTimersByTimeAsync(0);
    const thawing = guard.thaw();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sent()).toEqual([]);
    resolve();
    expect((await freezing).says).toBe('froze');
    expect(await thawing).toBe('Thawed 2 filesystem(s)');
    expect(sent()).toEqual([FREEZE, THAW]);
  });

  test('whose connection is lost may still come, for a minute', async () => {
    const { guard, reject, sent } = waitingAt('domfsfreeze', (verb, at) =>
      verb === 'domfsthaw' && at < 3 ? 'Thawed 0 filesystem(s)' : answering(verb, at),
    );
    const freezing = guard.freeze();
    await vi.advanceTimersByTimeAsync(0);
    reject(connectionLost('virsh has ended'));
    expect((await freezing).says).toBe('unanswered');
    const thawing = guard.thaw();
    await vi.runAllTimersAsync();
    expect(await thawing).toBe('Thawed 2 filesystem(s)');
    expect(sent()).toEqual([THAW, THAW, THAW, THAW]);
  });
});
