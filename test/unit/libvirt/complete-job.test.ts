/** A job that is ended counts as complete only once QEMU reports so, and its file is synced. */
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { OpenFiles } from '../../../src/host-io/file-syncs.ts';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { completeJob, JobEnds } from '../../../src/libvirt/complete-job.ts';
import type { DomainEvent } from '../../../src/libvirt/event-text.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { scratchFolder, written } from '../../scratch-folder.ts';

const done = { kind: 'job-complete', disk: 'vda' } as const;
const failed = { kind: 'job-error', disk: 'vda', reason: 'No space left on device' } as const;
const unreported =
  'the job on vda was ended, but QEMU did not report how, so the copy is treated as incomplete';
const error = 'the job on vda failed while it was ended: QEMU reports "No space left on device"';

type Told = Record<string, unknown>;

/** The ends of jobs, how to report one, and how the connection for the reports begins and ends. */
function scene() {
  let listener: (event: DomainEvent) => void = () => {};
  let subscribe: () => void = () => {};
  let close: () => void = () => {};
  const ends = new JobEnds({
    on: (each) => {
      listener = each;
      return () => {
        listener = () => {};
      };
    },
    reports: {
      subscribed: new Promise((resolve) => {
        subscribe = resolve;
      }),
      closed: new Promise<void>((resolve) => {
        close = resolve;
      }),
    },
  });
  return {
    ends,
    tell: (event: Told) => listener({ time: 0, ...event } as unknown as DomainEvent),
    subscribe: () => subscribe(),
    close: () => close(),
  };
}

test.each<[string, string, readonly Told[], readonly Told[]]>([
  ['QEMU reports that it is complete', 'complete', [], [done]],
  ['QEMU reports an error', error, [], [failed]],
  ['the error came before the command', error, [failed], []],
  [
    'the error came before the command, and the end of another disk later',
    error,
    [failed],
    [{ ...done, disk: 'vdb' }],
  ],
  ['nothing is reported', unreported, [], []],
  ['only another disk is complete', unreported, [], [{ ...done, disk: 'vdb' }]],
  ['an earlier job was complete', unreported, [done], []],
])('where %s: %s', async (_when, expected, before, during) => {
  const { ends, tell } = scene();
  before.forEach(tell);
  const send = async () => during.forEach(tell);
  const end = await ends.complete('vda', send, 60).then(
    () => 'complete',
    (reason: Error) => reason.message,
  );
  expect(end).toBe(expected);
});

test('waits for a report that is later than the answer, and forgets what belongs to earlier jobs', async () => {
  const { ends, tell } = scene();
  tell(failed);
  ends.begin({ disks: ['vda'] });
  await ends.complete('vda', async () => void setTimeout(() => tell(done), 60));
  ends.end();
  tell(failed);
  await expect(ends.complete('vda', async () => {}, 40)).rejects.toThrow(unreported);
});

test('does not wait for a report once none can arrive', async () => {
  const { ends, close } = scene();
  await expect(ends.complete('vda', async () => close())).rejects.toThrow(unreported);
});

describe('whether a report will arrive', () => {
  const ready = { kind: 'job-ready', disk: 'vda' } as const;
  type Scene = ReturnType<typeof scene>;
  const started = ({ ends }: Scene) => ends.begin({ disks: ['vda'] });

  test.each<[boolean, string, (scene: Scene) => unknown]>([
    [false, 'nothing is known', () => {}],
    [true, 'the reports are subscribed to', ({ subscribe }) => subscribe()],
    [
      false,
      'the reports are subscribed to, but the process that receives them has ended',
      ({ subscribe, close }) => [subscribe(), close()],
    ],
    [
      false,
      'that of the ready job should have arrived',
      (all) => [all.subscribe(), started(all), all.tell({ ...ready, disk: 'vdb' })],
    ],
    [true, 'that of the ready job has arrived', (all) => [started(all), all.tell(ready)]],
    [true, 'the job has failed', (all) => [started(all), all.tell(failed)]],
    [
      false,
      'an earlier job was ready',
      (all) => [started(all), all.tell(ready), all.subscribe(), started(all)],
    ],
    [
      true,
      'the job was started before the reports were followed',
      (all) => [all.ends.begin({ disks: ['vdb'] }), all.subscribe()],
    ],
  ])('%s if %s', async (expected, _what, happens) => {
    const all = scene();
    happens(all);
    expect(await all.ends.willReport('vda', 20)).toBe(expected);
  });

  test('the proof is awaited, and an abort ends that', async () => {
    const { ends, subscribe } = scene();
    const leave = new AbortController();
    const left = ends.willReport('vda', 60_000, leave.signal);
    leave.abort(new Error('Ctrl-C'));
    await expect(left).rejects.toThrow('Ctrl-C');
    const proven = ends.willReport('vda', 60_000);
    subscribe();
    expect(await proven).toBe(true);
  });
});

test('a refused command is a failure of its own, unless QEMU reports why', async () => {
  const { ends, tell } = scene();
  const send = () => Promise.reject(new EffectFailed('refused'));
  await expect(ends.complete('vda', send)).rejects.toThrow('refused');
  tell(failed);
  await expect(ends.complete('vda', send)).rejects.toThrow(error);
  await expect(ends.complete('vda', () => Promise.reject(new Error('lost')))).rejects.toThrow(
    'lost',
  );
});

/** Ends a job into that file with a host whose files are recorded. */
async function complete(completes: string, sync: OpenFiles['sync'], event: Told = done) {
  const { ends, tell } = scene();
  const steps: string[] = [];
  const io: HostIO = {
    ...localHost,
    openToSync: async (paths) => {
      steps.push(`open ${paths.join(' ')}`);
      return {
        sync: async () => {
          steps.push('sync');
          await sync();
        },
        [Symbol.asyncDispose]: async () => void steps.push('close'),
      };
    },
  };
  const args = { domain: 'testvm', path: 'vda', abort: true } as const;
  const effect = { tool: 'virsh', verb: 'blockjob', args, why: 'w', completes } as const;
  const ended = await completeJob(io, ends, effect, async () => {
    steps.push('abort');
    tell(event);
  }).then(
    () => 'complete',
    (reason: Error) => reason.message,
  );
  return [...steps, ended];
}

test('opens the file before the job ends, and syncs it and its name afterwards', async () => {
  const steps = ['open /backup/vda /backup', 'abort', 'sync', 'close', 'complete'];
  expect(await complete('/backup/vda', async () => {})).toEqual(steps);
  expect(await complete('pool:p/v', async () => {})).toEqual(['open ', ...steps.slice(1)]);
});

test('a copy that does not reach its storage is a failure', async () => {
  const fails = () => Promise.reject(new Error('EIO: i/o error, fsync'));
  expect((await complete('/backup/vda', fails)).at(-1)).toBe(
    '/backup/vda cannot be synced to its storage: EIO: i/o error, fsync',
  );
  expect(await complete('/backup/vda', async () => {}, failed)).toEqual([
    ...['open /backup/vda /backup', 'abort', 'close', error],
  ]);
});

test('a file that cannot be opened leaves the job as it is', async () => {
  const { ends } = scene();
  const openToSync = () => Promise.reject(new Error('EACCES'));
  const args = { domain: 'testvm', path: 'vda', abort: true } as const;
  const effect = { tool: 'virsh', verb: 'blockjob', args, why: 'w', completes: '/b/vda' } as const;
  const send = vi.fn(async () => {});
  const ended = completeJob({ ...localHost, openToSync }, ends, effect, send);
  const why = '/b/vda cannot be opened, to sync it to its storage: EACCES';
  await expect(ended).rejects.toMatchObject({ name: 'EffectFailed', message: why, begun: false });
  expect(send).not.toHaveBeenCalled();
});

test('local files are synced, and a file that is missing is reported', async () => {
  const folder = scratchFolder('sync');
  const file = written(folder, 'file', 'x');
  await using open = await localHost.openToSync([file, folder]);
  await open.sync();
  await expect(localHost.openToSync([file, join(folder, 'none')])).rejects.toThrow('ENOENT');
});
