/** QEMU's errors for failed jobs, read from virsh's output (recorded with libvirt 9.0 and QEMU 7.2). */
import { describe, expect, test } from 'vitest';
import { JobErrorText } from '../../../src/libvirt/qemu-job-errors.ts';

const line = (domain: string, json: string) =>
  `2026-11-28 17:35:40.142+0000: event BLOCK_JOB_COMPLETED for domain '${domain}': ${json}\n`;
const failed = (device: string, error: string) =>
  `{"device":"${device}","len":67108864,"offset":18153472,"speed":0,"type":"mirror","error":"${error}"}`;

describe('JobErrorText', () => {
  test.each([
    ['copy-vda-libvirt-2-format', 'No space left on device', 'vda'],
    ['commit-sdb-libvirt-5-format', 'Input/output error', 'sdb'],
    ['copy-hda-libvirt-1-storage', 'Source and target image have different sizes', 'hda'],
  ])('reads %s', (device, reason, disk) => {
    expect(new JobErrorText().push(line('web1', failed(device, reason)))).toEqual([
      { disk, reason },
    ]);
  });

  test.each([
    ['a job that succeeded', line('web1', '{"device":"copy-vda-libvirt-2-format","len":0}')],
    ['a job that libvirt has not named', line('web1', failed('drive0', 'x'))],
    ['invalid JSON', line('web1', '{"device":')],
    ['a value of another type', line('web1', '{"device":7,"error":{}}')],
    ['the last line of virsh', 'events received: 3\n'],
  ])('leaves out %s', (_what, text) => {
    expect(new JobErrorText().push(text)).toEqual([]);
  });

  test('reads text in pieces, for a domain of any name', () => {
    const whole = line(
      "it's {1}': ",
      failed('copy-vdb-libvirt-3-format', 'No space left on device'),
    );
    const text = new JobErrorText();
    const found = [...whole].flatMap((character) => text.push(character));
    expect(found).toEqual([{ disk: 'vdb', reason: 'No space left on device' }]);
  });
});
