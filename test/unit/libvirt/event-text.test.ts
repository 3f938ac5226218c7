import { describe, expect, it } from 'vitest';
import { EventText } from '../../../src/libvirt/event-text.ts';

const AT = '2026-02-03 04:05:06.789+0000: ';
const TIME = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
const told = (text: string) => new EventText().push(text);

const ALONE: [printed: string, event: object][] = [
  [
    "event 'block-job-2' for domain 'live': Block Copy for vda ready",
    { kind: 'block-job', disk: 'vda', type: 'copy', status: 'ready' },
  ],
  [
    "event 'block-job-2' for domain 'live': Active Block Commit for sdb failed",
    { kind: 'block-job', disk: 'sdb', type: 'active-commit', status: 'failed' },
  ],
  [
    "event 'block-job-2' for domain 'live': Unknown job for vda whatever",
    { kind: 'block-job', disk: 'vda', type: 'unknown', status: 'unknown' },
  ],
  [
    "event 'lifecycle' for domain 'live': Stopped Destroyed",
    { kind: 'lifecycle', event: 'Stopped', detail: 'Destroyed' },
  ],
  [
    "event 'lifecycle' for domain 'live': Suspended I/O Error",
    { kind: 'lifecycle', event: 'Suspended', detail: 'I/O Error' },
  ],
  [
    "event 'io-error-reason' for domain 'live': /a (b)/c d.img (virtio-disk0) pause due to enospc",
    {
      kind: 'io-error',
      path: '/a (b)/c d.img',
      device: 'virtio-disk0',
      action: 'pause',
      reason: 'enospc',
    },
  ],
  [
    // libvirt 11 prints it under the plain name.
    "event 'io-error' for domain 'live': /x.img (virtio-disk0) report due to ",
    { kind: 'io-error', path: '/x.img', device: 'virtio-disk0', action: 'report', reason: '' },
  ],
  [
    "event 'metadata-change' for domain 'live': type element, uri https://x/y z",
    { kind: 'metadata-change', type: 'element', uri: 'https://x/y z' },
  ],
  [
    "event 'reboot' for domain 'live'",
    { kind: 'other', name: 'reboot', text: "event 'reboot' for domain 'live'" },
  ],
];

describe('EventText', () => {
  it.each(ALONE)('reads %s', (printed, event) => {
    expect(told(`${AT}${printed}\n`)).toEqual([{ time: TIME, ...event }]);
  });

  it.each([
    "event 'block-job' for domain 'live': Block Copy for /a.img ready",
    "event 'io-error' for domain 'live': /x.img (virtio-disk0) pause",
  ])('leaves out the duplicate: %s', (printed) => {
    expect(told(`${AT}${printed}\n`)).toEqual([]);
  });

  it.each([
    "it's",
    "x': Stopped Failed",
    "' for domain 'y",
    'a: b',
    "q': Block Copy for vdb ready",
  ])('is not confused by the domain name %j', (name) => {
    const text = `${AT}event 'block-job-2' for domain '${name}': Block Pull for vda completed\n${AT}event 'lifecycle' for domain '${name}': Started Booted\n`;
    expect(told(text)).toEqual([
      { time: TIME, kind: 'block-job', disk: 'vda', type: 'pull', status: 'completed' },
      { time: TIME, kind: 'lifecycle', event: 'Started', detail: 'Booted' },
    ]);
  });

  it('collects the fields of a finished job', () => {
    const text = `${AT}event 'job-completed' for domain 'live':\n\toperation: 10\n\tdisk_total: 5242880\n\terrmsg: a: b\n${AT}event 'lifecycle' for domain 'live': Resumed Unpaused\n`;
    expect(told(text)).toEqual([
      {
        time: TIME,
        kind: 'job-completed',
        fields: { operation: '10', disk_total: '5242880', errmsg: 'a: b' },
      },
      { time: TIME, kind: 'lifecycle', event: 'Resumed', detail: 'Unpaused' },
    ]);
  });

  it('reads the same from text that is split anywhere', () => {
    const text = `${AT}event 'block-job-2' for domain 'live': Block Copy for vda ready\n${AT}event 'lifecycle' for domain 'live': Stopped Shutdown\nevents received: 2\n`;
    const whole = told(text);
    expect(whole).toHaveLength(2);
    for (let cut = 0; cut <= text.length; cut++) {
      const reader = new EventText();
      expect([...reader.push(text.slice(0, cut)), ...reader.push(text.slice(cut))]).toEqual(whole);
    }
  });
});
