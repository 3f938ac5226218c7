/** The places that new files go to: what is in the way there, and what is said of it. */
import { describe, expect, test } from 'vitest';
import type { Confinement, ImageFile, World } from '../../src/model/world.ts';
import {
  bytesOf,
  checkBacking,
  checkEnterable,
  checkNewFile,
  checkReachable,
  unknownOf,
} from '../../src/steps/destination.ts';
import { neighbour, world } from '../worlds.ts';

const FILE = '/new dir/copy.qcow2';
const FOLDER = '/new dir';
const roomy = { writable: true, free: 1000 };

const refusal = (code: string, message: string, hint?: string) => ({
  ...{ code, severity: 'error', path: ['dest'], message },
  ...(hint === undefined ? {} : { hint }),
});

describe('a new file', () => {
  const check = (
    folder: World['folders'][string] | undefined,
    needed = 1000,
    more: Partial<World> = {},
  ) =>
    checkNewFile(
      { ...world({ folders: folder === undefined ? {} : { [FOLDER]: folder } }), ...more },
      'dest',
      FILE,
      needed,
    );

  test.each([
    ['in a folder with just that room', roomy],
    ['in a folder that nobody has looked at', undefined],
  ])('is made %s', (_what, folder) => {
    expect(check(folder)).toEqual([]);
  });

  test('does not fit where there is a byte less', () => {
    expect(check(roomy, 1001)).toEqual([
      refusal(
        'BP108',
        `${FOLDER} has 1000 bytes free, but up to 1001 are needed`,
        'make room, or choose another place',
      ),
    ]);
  });

  test('needs a folder', () => {
    expect(check(null)).toEqual([
      refusal(
        'BP107',
        `the folder ${FOLDER} does not exist on the host`,
        "make it: mkdir -p '/new dir'",
      ),
    ]);
  });

  test('needs a folder in which files can be made, whatever the room', () => {
    expect(check({ writable: false, free: 0 })).toEqual([
      refusal('BP107', `no file can be made in ${FOLDER}: it is read-only, or not yours`),
    ]);
  });

  test('takes no place that is taken, nor one that another domain names', () => {
    const taken = { ...world().files, [FILE]: { size: 0 } };
    expect(check(roomy, 0, { files: taken })).toEqual([
      refusal(
        'BP106',
        `${FILE} exists already; blockplan writes over no file`,
        'choose another path, or move that file away',
      ),
    ]);
    const others = [neighbour('other', [FILE], [])];
    expect(check(roomy, 0, { others }).map(({ code, path }) => [code, path])).toEqual([
      ['BP109', ['dest']],
    ]);
    expect(check(null, 0, { files: taken, others }).map(({ code }) => code)).toEqual([
      'BP109',
      'BP106',
      'BP107',
    ]);
  });
});

describe("a file that the guest's QEMU has to open", () => {
  const user = { uid: 64055, gid: 64055 };
  const own = { apparmor: false, user };
  const asked = { apparmor: false };
  function seen(confinement?: Confinement, barredAt?: string, root = 0): World {
    const base = world({
      domain: confinement ? { confinement } : {},
      folders: { [FOLDER]: { ...roomy, ...(barredAt === undefined ? {} : { barredAt }) } },
    });
    return { ...base, host: { ...base.host, user: root } };
  }
  const barred = refusal(
    'BP138',
    `the QEMU of "testvm" runs as user 64055, who may not enter /new, so it cannot open ${FILE}`,
    'choose another place, or let that user in: chmod o+x /new',
  );
  const notGiven = refusal(
    'BP138',
    `the QEMU of "testvm" runs as user 64055, and its seclabel has relabel='no', so libvirt does not give it files: what user 0 makes at ${FILE} it cannot write to`,
    'make the file first, give it to that user, and add "reuse-external: true"',
  );

  test.each([
    [
      'is refused below a folder that its user may not enter',
      { ...own, givesFiles: true },
      '/new',
      [barred],
    ],
    ['is reached where its user may enter', { ...own, givesFiles: true }, undefined, []],
    ['is reached where its user is not known', { ...asked, givesFiles: true }, '/new', []],
    ['is reached where nothing is known', undefined, '/new', []],
  ])('%s', (_what, confinement, at, findings) => {
    expect(checkEnterable(seen(confinement, at), 'dest', FILE)).toEqual(findings);
    expect(checkReachable(seen(confinement, at), 'dest', FILE)).toEqual(findings);
  });

  test('in a folder that nobody has looked at is reached', () => {
    const blind = world({ domain: { confinement: { ...own, givesFiles: true } } });
    expect(checkEnterable(blind, 'dest', FILE)).toEqual([]);
  });

  test('is not reached where libvirt does not give it files of another user', () => {
    const alone = { ...own, givesFiles: false };
    expect(checkReachable(seen(alone), 'dest', FILE)).toEqual([notGiven]);
    expect(checkReachable(seen(alone, '/new'), 'dest', FILE)).toEqual([barred]);
    expect(checkReachable(seen(alone, undefined, 64055), 'dest', FILE)).toEqual([]);
    expect(checkReachable(seen({ ...asked, givesFiles: false }), 'dest', FILE)).toEqual([]);
    const unknown = world({ domain: { confinement: alone } });
    expect(checkReachable(unknown, 'dest', FILE)).toEqual([]);
    // It may be there for reuse, with an owner of its own.
    expect(checkEnterable(seen(alone), 'dest', FILE)).toEqual([]);
  });
});

describe('an image for reuse', () => {
  const check = (backing: ImageFile['backing'], should: string | null) => {
    const image = { size: 1, ...(backing === undefined ? {} : { backing }) };
    return checkBacking(world({ files: { '/o.qcow2': image } }), 'dest', '/o.qcow2', should);
  };

  test.each([
    ['the right file', '/b.qcow2', '/b.qcow2'],
    ['the right file, by a relative name', 'b.qcow2', '/b.qcow2'],
    ['no file, as it has to', null, null],
    ['a file that nobody has looked for', undefined, '/b.qcow2'],
    ['a file that nobody has looked for', undefined, null],
  ])('that rests on %s (%s)', (_what, backing, should) => {
    expect(check(backing, should)).toEqual([]);
  });

  test('that rests on another file', () => {
    expect(check('c.qcow2', '/b c.qcow2')).toEqual([
      refusal(
        'BP122',
        '/o.qcow2 rests on /c.qcow2, but it has to rest on /b c.qcow2',
        "make it anew: qemu-img create -f qcow2 -b '/b c.qcow2' -F FORMAT /o.qcow2",
      ),
    ]);
  });

  test('that rests on none where it has to', () => {
    expect(check(null, '/b.qcow2')).toEqual([
      refusal(
        'BP122',
        '/o.qcow2 has no backing file, but it has to rest on /b.qcow2',
        'make it anew: qemu-img create -f qcow2 -b /b.qcow2 -F FORMAT /o.qcow2',
      ),
    ]);
  });

  test('that rests on a file where it must not', () => {
    expect(check('/b.qcow2', null)).toEqual([
      refusal(
        'BP122',
        '/o.qcow2 rests on /b.qcow2, but it has to rest on no file',
        'make it anew: qemu-img create -f qcow2 /o.qcow2 SIZE',
      ),
    ]);
  });

  test('that is not there is no matter of its backing file', () => {
    expect(checkBacking(world(), 'dest', '/o.qcow2', '/b')).toEqual([]);
  });
});

test('the bytes of files add up, and an untold one is told of', () => {
  const files = {
    '/a': { size: 3 },
    '/b': { size: 4 },
    '/c': { size: 0, sizeUntold: true as const },
    '/d': null,
  };
  const seen = world({ files });
  expect(bytesOf(seen, ['/a', '/b', '/c', '/d', '/e'])).toBe(7);
  expect(bytesOf(seen, [])).toBe(0);
  expect(unknownOf(seen, ['/a', '/b', '/d', '/e'])).toEqual({});
  expect(unknownOf(seen, ['/a', '/c'])).toEqual({ unknown: true });
});
