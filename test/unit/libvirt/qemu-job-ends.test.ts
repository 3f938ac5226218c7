/** How QEMU's jobs ended, read from virsh's output (recorded with libvirt 9.0 and QEMU 7.2). */
import { describe, expect, test } from 'vitest';
import { JobEndText } from '../../../src/libvirt/qemu-job-ends.ts';

const line = (domain: string, json: string) =>
  `2026-11-28 17:35:40.142+0000: event BLOCK_JOB_COMPLETED for domain '${domain}': ${json}\n`;
const failed = (device: string, error: string) =>
  `{"device":"${device}","len":67108864,"offset":18153472,"speed":0,"type":"mirror","error":"${error}"}`;

describe('JobEndText', () => {
  test.each([
    ['copy-vda-libvirt-2-format', 'No space left on device', 'vda'],
    ['commit-sdb-libvirt-5-format', 'Input/output error', 'sdb'],
    ['copy-hda-libvirt-1-storage', 'Source and target image have different sizes', 'hda'],
  ])('reads %s', (device, reason, disk) => {
    expect(new JobEndText().push(line('web1', failed(device, reason)))).toEqual([
      { kind: 'job-error', disk, reason },
    ]);
  });

  test.each([
    ['a job that libvirt has not named', line('web1', failed('drive0', 'x'))],
    ['invalid JSON', line('web1', '{"device":')],
    ['a value of another type', line('web1', '{"device":7,"error":{}}')],
    ['the last line of virsh', 'events received: 3\n'],
  ])('leaves out %s', (_what, text) => {
    expect(new JobEndText().push(text)).toEqual([]);
  });

  test('reads that a job is complete', () => {
    const end = line('web1', '{"device":"commit-vda-libvirt-2-format","len":0}');
    expect(new JobEndText().push(end)).toEqual([{ kind: 'job-complete', disk: 'vda' }]);
  });

  test('reads an error of another type as an error', () => {
    const end = line('web1', '{"device":"copy-vda-libvirt-2-format","error":null}');
    expect(new JobEndText().push(end)).toEqual([
      { kind: 'job-error', disk: 'vda', reason: 'null' },
    ]);
  });

  test('reads text in pieces, for a domain of any name', () => {
    const whole = line(
      "it's {1}': ",
      failed('copy-vdb-libvirt-3-format', 'No space left on device'),
    );
    const text = new JobEndText();
    const found = [...whole].flatMap((character) => text.push(character));
    expect(found).toEqual([{ kind: 'job-error', disk: 'vdb', reason: 'No space left on device' }]);
  });
});
