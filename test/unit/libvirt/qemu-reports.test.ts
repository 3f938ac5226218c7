/** What QEMU reports of jobs, read from virsh's output (recorded with libvirt 9.0 and QEMU 7.2). */
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { followReports, JobReportText } from '../../../src/libvirt/qemu-reports.ts';

const line = (domain: string, json: string) =>
  `2026-11-28 17:35:40.142+0000: event BLOCK_JOB_COMPLETED for domain '${domain}': ${json}\n`;
const failed = (device: string, error: string) =>
  `{"device":"${device}","len":67108864,"offset":18153472,"speed":0,"type":"mirror","error":"${error}"}`;

describe('JobReportText', () => {
  test.each([
    ['copy-vda-libvirt-2-format', 'No space left on device', 'vda'],
    ['commit-sdb-libvirt-5-format', 'Input/output error', 'sdb'],
    ['copy-hda-libvirt-1-storage', 'Source and target image have different sizes', 'hda'],
  ])('reads %s', (device, reason, disk) => {
    expect(new JobReportText().push(line('web1', failed(device, reason)))).toEqual([
      { kind: 'job-error', disk, reason },
    ]);
  });

  test.each([
    ['a job that libvirt has not named', line('web1', failed('drive0', 'x'))],
    ['invalid JSON', line('web1', '{"device":')],
    ['a value of another type', line('web1', '{"device":7,"error":{}}')],
    ['the last line of virsh', 'events received: 3\n'],
  ])('leaves out %s', (_what, text) => {
    expect(new JobReportText().push(text)).toEqual([]);
  });

  test('reads that a job is complete', () => {
    const end = line('web1', '{"device":"commit-vda-libvirt-2-format","len":0}');
    expect(new JobReportText().push(end)).toEqual([{ kind: 'job-complete', disk: 'vda' }]);
  });

  test('reads that a job is ready', () => {
    const ready = line('web1', '{"device":"copy-vda-libvirt-2-format","len":0}');
    expect(new JobReportText().push(ready.replace('COMPLETED', 'READY'))).toEqual([
      { kind: 'job-ready', disk: 'vda' },
    ]);
  });

  test('reads an error of another type as an error', () => {
    const end = line('web1', '{"device":"copy-vda-libvirt-2-format","error":null}');
    expect(new JobReportText().push(end)).toEqual([
      { kind: 'job-error', disk: 'vda', reason: 'null' },
    ]);
  });

  test('reads text in pieces, for a domain of any name', () => {
    const whole = line(
      "it's {1}': ",
      failed('copy-vdb-libvirt-3-format', 'No space left on device'),
    );
    const text = new JobReportText();
    const found = [...whole].flatMap((character) => text.push(character));
    expect(found).toEqual([{ kind: 'job-error', disk: 'vdb', reason: 'No space left on device' }]);
  });
});

describe('followReports', () => {
  /** The line of the log for a message of libvirt's. */
  const received = (numbers: string) =>
    `2026-11-28 17:35:40.142+0000: 12114: info : virNetClientCallDispatch:1299 : RPC_CLIENT_MSG_RX: client=0x5632bd1b3010 len=32 ${numbers} serial=7\n`;
  const registered = received('prog=536903815 vers=1 proc=4 type=1 status=0');

  function scene() {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    for (const stream of [stdout, stderr]) stream.setEncoding('utf8');
    const told: unknown[] = [];
    const exited = Promise.resolve({ missing: false, code: 1, signal: undefined } as const);
    const reports = followReports({ stdout, stderr, exited }, (report) => told.push(report));
    let isSubscribed = false;
    void reports.subscribed.then(() => {
      isSubscribed = true;
    });
    const log = async (text: string) => {
      stderr.write(text);
      await turn();
      return isSubscribed;
    };
    return { stdout, told, reports, log };
  }

  test('libvirt has confirmed the registration once its answer is in the log', async () => {
    const { log } = scene();
    expect(await log('2026-11-28 17:35:40.142+0000: 12114: info : libvirt version: 9.0.0\n')).toBe(
      false,
    );
    expect(await log(registered.slice(0, 100))).toBe(false);
    expect(await log(registered.slice(100))).toBe(true);
  });

  test.each([
    ['another answer', 'prog=536903686 vers=1 proc=4 type=1 status=0'],
    ['an error', 'prog=536903815 vers=1 proc=4 type=1 status=1'],
    ['another procedure', 'prog=536903815 vers=1 proc=6 type=2 status=0'],
  ])('%s confirms nothing', async (_what, numbers) => {
    expect(await scene().log(received(numbers))).toBe(false);
  });

  test('what virsh prints is passed on, and its end', async () => {
    const { stdout, told, reports } = scene();
    stdout.write(line('web1', failed('copy-vda-libvirt-2-format', 'x')));
    await turn();
    expect(told).toEqual([{ kind: 'job-error', disk: 'vda', reason: 'x' }]);
    expect(await reports.closed).toMatchObject({ code: 1 });
  });
});
