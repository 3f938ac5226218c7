/** The work of the thaw guard, on scripted answers: it ends only when the guest is thawed or has stopped. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectionLost } from '../../../src/libvirt/contact.ts';
import { thawUntilDone } from '../../../src/libvirt/thaw-guard.ts';
import { idOf, scripted } from './scripted-virsh.ts';

const guest = { uuid: idOf('testvm'), id: '7', agentTimeout: 10 };
const THAW = 'domfsthaw --domain testvm';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets the guard work on these answers, and returns what it says, how long that takes, and what it asked. */
async function thawed(answers: (verb: string, asked: number) => string | Error) {
  const virsh = scripted(([verb = ''], asked) => answers(verb, asked));
  let opened = 0;
  const from = Date.now();
  const said = thawUntilDone(async () => {
    opened += 1;
    if (answers('open', opened) instanceof Error) throw connectionLost('libvirtd is down');
    return virsh;
  }, guest);
  await vi.runAllTimersAsync();
  return { said: await said, ms: Date.now() - from, opened, asked: virsh.asked };
}

const answering = (verb: string) =>
  verb === 'domid' ? '7\n' : verb === 'domfsthaw' ? 'Thawed 2 filesystem(s)\n' : '';

test('it limits the agent, thaws, and resets the limit', async () => {
  const { said, asked } = await thawed(answering);
  expect(said).toBe('Thawed 2 filesystem(s)');
  expect(asked).toEqual([
    'domid --domain testvm',
    'guest-agent-timeout --domain testvm --timeout 10',
    THAW,
    'guest-agent-timeout --domain testvm --timeout -2',
  ]);
});

test('it goes on until libvirt answers, with at most 4 s between two attempts', async () => {
  const { said, ms, opened } = await thawed((verb, at) =>
    verb === 'open' && at <= 100 ? new Error('down') : answering(verb),
  );
  expect([said, opened]).toEqual(['Thawed 2 filesystem(s)', 101]);
  expect(ms).toBeLessThanOrEqual(400_000);
  expect(ms).toBeGreaterThan(300_000);
});

test('it goes on until the agent answers', async () => {
  const { said, asked } = await thawed((verb, at) =>
    verb === 'domfsthaw' && at < 5
      ? new Error('QEMU guest agent is not connected')
      : answering(verb),
  );
  expect(said).toBe('Thawed 2 filesystem(s)');
  expect(asked.filter((each) => each === THAW)).toHaveLength(6);
});

test.each([
  ['is off', '-\n', 'testvm'],
  ['was started again', '8\n', 'testvm'],
  ['is gone', new Error("failed to get domain 'testvm'"), ''],
])('it ends without a thaw where the guest %s', async (_how, id, list) => {
  const { said, asked } = await thawed((verb) =>
    verb === 'domid' ? id : verb === 'list' ? list : answering(verb),
  );
  expect(said).toBe('the guest has stopped');
  expect(asked).not.toContain(THAW);
});

test('a domain that cannot be looked up, but is listed, is tried again', async () => {
  const { said } = await thawed((verb, at) => {
    if (verb === 'list') return 'testvm';
    return verb === 'domid' && at === 0 ? new Error("failed to get domain 'x'") : answering(verb);
  });
  expect(said).toBe('Thawed 2 filesystem(s)');
});
