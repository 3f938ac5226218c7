/** The exact findings about an existing file or device that a step cannot overwrite. */
import { describe, expect, test } from 'vitest';
import type { Destination } from '../../../src/model/destination.ts';
import { exactSizeText } from '../../../src/size-text.ts';
import { CAPACITY, findings, place } from './existing-place.ts';

describe('the findings', () => {
  const said = (code: string, message: string, hint?: string, severity = 'error') => [
    { ...{ code, severity, path: ['dest'], message }, ...(hint === undefined ? {} : { hint }) },
  ];
  const device = (change: Partial<Destination>) => place({ kind: 'block device', ...change });
  const qcow2 = { format: 'qcow2' } as const;
  const make = (format: string, size: string | number = CAPACITY) =>
    `create one: qemu-img create -f ${format} /dest ${size}`;

  test('about another kind of file', () => {
    expect(findings(place({ kind: 'other' }))).toEqual(
      said('BP146', '/dest is neither a regular file nor a block device'),
    );
    expect(findings(place({ kind: 'folder' }))).toEqual(said('BP146', '/dest is a folder'));
    expect(findings(place(), { block: true })).toEqual(
      said('BP146', '/dest is a regular file, not a block device', 'leave "blockdev" out'),
    );
    expect(findings(device({}))).toEqual(
      said('BP146', '/dest is a block device, not a regular file', 'add "blockdev: true"'),
    );
    const otherKind = 'choose a regular file';
    for (const kind of ['other', 'block device'] as const)
      expect(findings(place({ kind }), { otherKind })).toMatchObject([{ hint: otherKind }]);
  });

  test('about a file in use name every user, and the wrong size as well', () => {
    const users = ['used as swap', 'mounted at /mnt'];
    const inUse = (how: string) =>
      said(
        'BP145',
        `/dest is ${how}: overwriting it would destroy data that is in use`,
        'choose another destination, or unmount or close /dest first',
      );
    expect(findings(place({ heldBy: users }))).toEqual(users.flatMap(inUse));
    const small = findings(place({ heldBy: users.slice(0, 1), length: 512 }));
    expect(small.map(({ code }) => code)).toEqual(['BP147', 'BP145']);
  });

  test('about another size', () => {
    const raw = `/dest has 1 KiB (1024 bytes), but the disk has ${exactSizeText(CAPACITY)}: a raw copy needs exactly the size of the disk`;
    expect(findings(place({ length: 1000 }))).toEqual(said('BP147', raw, make('raw')));
    expect(findings(device({ length: 1024 }), { block: true })).toEqual(
      said('BP147', raw, 'choose a device of that size, or "format: qcow2"'),
    );
    const header = { format: 'qcow2', virtualSize: 1 };
    expect(findings(place({ header }), qcow2)).toEqual(
      said(
        'BP147',
        `/dest is an image of 1 bytes, but the disk has ${exactSizeText(CAPACITY)}: the sizes must be equal`,
        make('qcow2'),
      ),
    );
  });

  test('about another format', () => {
    const message = '/dest is not a qcow2 image';
    expect(findings(place(), qcow2)).toEqual(said('BP147', message, make('qcow2')));
    expect(findings(place(), { ...qcow2, capacity: undefined })).toEqual(
      said('BP147', message, make('qcow2', 'SIZE')),
    );
  });

  test('about a device that is too small', () => {
    const written = { ...qcow2, block: true, reuse: false };
    expect(findings(device({ length: 99 }), { ...written, bytes: 100 })).toEqual(
      said(
        'BP108',
        '/dest has 99 B, but at least 100 B are copied into it',
        'choose a larger device',
      ),
    );
    expect(findings(device({ length: 100 }), { ...written, bytes: 100 })).toEqual(
      said(
        'BP148',
        '/dest has 100 B, but a full qcow2 image of the disk takes up to 64.3 MiB: a guest that fills it is paused, with no space left',
        'choose a larger device',
        'warning',
      ),
    );
    expect(findings(device({ length: 67_436_544 }), written)).toEqual([]);
    expect(
      findings(device({ length: 100 }), { ...written, capacity: undefined, bytes: 0 }),
    ).toEqual([]);
  });

  test('about a reused image that keeps its data in other files', () => {
    const several = said(
      'BP144',
      '/dest keeps its data in other files: /d1, /d2',
      'choose an image that is one file',
    );
    const data = ['/d1', '/d2'];
    expect(findings(place({ kind: 'other' }), qcow2, data)).toEqual(several);
    expect(findings(undefined, qcow2, data)).toEqual(several);
    expect(findings(place(), {}, data)).toEqual([]);
    expect(findings(undefined, { ...qcow2, reuse: false }, data)).toEqual([]);
  });

  test('do not include a size that is unknown', () => {
    const header = { format: 'qcow2', virtualSize: 1 };
    expect(findings(place({ header }), { ...qcow2, capacity: undefined })).toEqual([]);
    expect(findings(place({ length: 1 }), { ...qcow2, reuse: false })).toEqual([]);
  });
});
