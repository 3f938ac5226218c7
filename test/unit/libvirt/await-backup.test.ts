/** When a wait for a backup ends: only libvirt's event says that it is complete. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backupXml, NONE, RUNNING, backupScene as scene } from './backup-scene.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const ended = (fields: object) => ({
  kind: 'job-completed',
  fields: { operation: '9', success: '1', ...fields },
});
const diskDone = { kind: 'block-job', disk: 'vda', type: 'backup', status: 'completed' };
const stopped = { kind: 'lifecycle', event: 'Stopped', detail: 'Failed' };

describe('until it is complete', () => {
  test('ends at the event, and reports progress until then', async () => {
    const { wait, tell, pass, end, progress, answers } = scene('complete');
    wait();
    await pass(1_000);
    expect([end(), progress[0]]).toEqual([undefined, { current: 400, total: 1000 }]);
    answers.now = NONE;
    await tell(ended({}));
    expect(end()).toBe('done');
  });

  test("another tool's backup that ended before this one began does not count", async () => {
    const { watch, wait, tell, pass, end, answers } = scene('complete');
    watch.begin();
    // virsh backup-begin waits for that backup, and then begins this one.
    await tell(ended({}));
    wait();
    await pass(1_000);
    expect(end()).toBeUndefined();
    answers.now = NONE;
    await pass(6_000);
    expect(end()).toContain('so it is treated as incomplete');
  });

  test('a failure among several ends counts, whose it is being unknown', async () => {
    const { wait, tell, end, answers } = scene('complete');
    answers.now = NONE;
    wait();
    await tell(ended({ success: '0', errmsg: 'No space left on device' }), ended({}));
    expect(end()).toContain('No space left on device');
  });

  test('is not fooled by a disk that is complete, another job, or an event from before', async () => {
    const { watch, wait, tell, pass, end } = scene('complete');
    await tell(ended({}));
    watch.begin();
    wait();
    await tell(diskDone, ended({ operation: '4' }));
    await pass(2_000);
    expect(end()).toBeUndefined();
  });

  test('fails with the reason', async () => {
    for (const [fields, text] of [
      [{ success: '0', errmsg: 'No space left on device' }, 'No space left on device'],
      [{ success: '0', errmsg: 'Operation canceled' }, 'cancelled by another process'],
      [{ success: '0' }, 'neither libvirt nor QEMU gives a reason'],
    ] as const) {
      const { wait, tell, end, answers } = scene('complete');
      answers.now = NONE;
      wait();
      await tell(diskDone, ended(fields));
      expect(end()).toMatch(/^failed: /);
      expect(end()).toContain(text);
    }
  });

  test.each([
    ['is off', new Error('Requested operation is not valid: domain is not running'), 'shut off\n'],
    [
      'is gone',
      new Error("failed to get domain 'testvm'"),
      new Error("failed to get domain 'testvm'"),
    ],
  ])('fails when the guest %s, and no event says so', async (_how, answer, state) => {
    for (const until of ['complete', 'ended'] as const)
      for (const isLost of [true, false]) {
        const { wait, pass, end, answers, close } = scene(until, answer);
        answers.state = state;
        if (isLost) close('failed to get domain');
        wait();
        await pass(isLost ? 0 : 300);
        expect(end()).toBe(
          until === 'ended'
            ? 'done'
            : 'failed: the guest stopped (no event says why), which ended the backup',
        );
      }
  });

  test('says why the guest stopped when that event comes after the refusal', async () => {
    const { wait, tell, pass, end, answers } = scene('complete', new Error('is not running'));
    answers.state = 'shut off\n';
    wait();
    await pass(0);
    expect(end()).toBeUndefined();
    await tell({ ...stopped, detail: 'Destroyed' });
    expect(end()).toBe('failed: the guest stopped (destroyed), which ended the backup');
  });

  test('a guest that runs, although nothing about it can be read or heard, may still be copied', async () => {
    const { wait, pass, end, close } = scene('complete', new Error('cannot acquire lock'));
    close('end of file');
    wait();
    await pass(0);
    expect(end()).toContain('Lost the connection to libvirt: end of file');
  });

  test('a job that is over without an event counts as incomplete; a late event still counts', async () => {
    for (const [late, isSettled, text] of [
      [[], true, 'so it is treated as incomplete'],
      [[ended({})], false, 'so it is treated as incomplete'],
      [[ended({})], true, 'done'],
      [[ended({}), ended({ success: '0', errmsg: 'No space left' })], true, 'No space left'],
    ] as const) {
      const { wait, pass, end, answers } = scene('complete', NONE);
      Object.assign(answers, { late, isSettled });
      wait();
      await pass(0);
      expect(end()).toContain(text);
    }
  });

  test("another tool's backup that begins at the end of this one says nothing of it", async () => {
    for (const [own, its, text] of [
      [ended({ success: '0', errmsg: 'No space left' }), ended({}), 'No space left'],
      [ended({}), undefined, 'done'],
    ] as const) {
      const { wait, tell, pass, end, answers } = scene('complete');
      wait();
      await pass(1_000);
      answers.xml = backupXml('/other/tool');
      await tell(own);
      if (its) await tell(its);
      expect(end()).toContain(text);
    }
  });

  test('ends when the guest stops, when the time is over, and when it is interrupted', async () => {
    const dead = scene('complete');
    dead.wait();
    await dead.tell(stopped);
    expect(dead.end()).toContain('the guest stopped (failed)');
    const slow = scene('complete');
    slow.wait();
    await slow.pass(61_000);
    expect(slow.end()).toBe('failed: the backup timed out after 60 s');
    const left = scene('complete');
    left.wait();
    await left.pass(100);
    left.abort.abort(new Error('left'));
    await left.pass(0);
    expect(left.end()).toBe('Error: left');
    const unheard = scene('complete');
    unheard.wait();
    await unheard.pass(100);
    unheard.close('end of file');
    await unheard.pass(0);
    expect(unheard.end()).toContain('Lost the connection to libvirt: end of file');
  });
});

describe('a backup that libvirt would never end', () => {
  /** The time after which it is checked, and some more. */
  const STILL = 6_000;

  test('fails, but not while a disk is copied, or while bytes are', async () => {
    const { wait, pass, end, answers } = scene('complete');
    answers.copied = 'vdb';
    wait();
    await pass(STILL);
    expect(end()).toBeUndefined();
    answers.copied = '';
    for (let bytes = 401; bytes < 405; bytes++) {
      answers.now = RUNNING.replace('400', String(bytes));
      await pass(4_000);
    }
    expect(end()).toBeUndefined();
    await pass(STILL);
    expect(end()).toMatch(/^failed: libvirtd was killed while it ended the backup/);
  });

  test("another tool's backup is not cancelled", async () => {
    const { wait, pass, answers, virsh } = scene('ended');
    answers.copied = '';
    const run = virsh.run.bind(virsh);
    // It begins right after this one was seen.
    virsh.run = (argv) => {
      if (argv[0] === 'backup-dumpxml') answers.xml = backupXml('/s/b.partial');
      return run(argv);
    };
    wait();
    await pass(STILL);
    expect(virsh.asked).not.toContain('domjobabort --domain testvm');
  });

  test('one that ends between the queries has ended', async () => {
    const { wait, pass, end, answers, virsh } = scene('complete');
    answers.copied = '';
    const runAll = virsh.runAll.bind(virsh);
    virsh.runAll = (argvs) => {
      if (argvs[0]?.[0] === 'blockjob') answers.xml = undefined;
      return runAll(argvs);
    };
    wait();
    await pass(STILL);
    expect(end()).toContain('libvirt did not report how');
  });

  test('is cancelled again once no disk is copied', async () => {
    const { wait, pass, end, answers, virsh } = scene('ended');
    answers.copied = 'vdb';
    wait();
    await pass(STILL);
    expect(virsh.asked).not.toContain('domjobabort --domain testvm');
    answers.copied = '';
    await pass(STILL + 600);
    expect([end(), virsh.asked.includes('domjobabort --domain testvm')]).toEqual(['done', true]);
  });
});

test('a libvirt that gives no answer for a while ends nothing', async () => {
  const mute = scene('complete', new Error('cannot acquire state change lock'));
  mute.wait();
  await mute.pass(50_000);
  expect(mute.end()).toBeUndefined();
  mute.answers.now = NONE;
  await mute.tell(ended({}));
  expect(mute.end()).toBe('done');
});

describe('until it has ended in any way', () => {
  test.each([
    ['a cancel', ended({ success: '0', errmsg: 'Operation canceled' })],
    ['a success', ended({})],
    ['a guest that stops', stopped],
  ])('%s', async (_title, event) => {
    const { wait, tell, pass, end, answers } = scene('ended');
    wait();
    await pass(1_000);
    expect(end()).toBeUndefined();
    answers.now = NONE;
    await tell(event);
    expect(end()).toBe('done');
  });

  test('without an event, once libvirt has no job', async () => {
    const { wait, pass, end, answers } = scene('ended');
    wait();
    await pass(1_000);
    expect(end()).toBeUndefined();
    answers.now = NONE;
    await pass(600);
    expect(end()).toBe('done');
  });
});

test('a watch that is ended receives no more events', () => {
  const { watch, listeners } = scene('ended');
  watch.end();
  expect(listeners.size).toBe(0);
});
