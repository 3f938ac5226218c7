/** What steps require of the paths of new files: the refused cases and their findings. */

import { describe, expect, test } from 'vitest';
import type { Code } from '../../../src/codes.ts';
import type { Confinement } from '../../../src/model/confinement.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import {
  requireNewFile,
  requireNoFile,
  requireWritableByQemu,
} from '../../../src/steps/requirements/new-file.ts';
import { neighbour, world } from '../../worlds.ts';
import { refusal } from '../refusal.ts';
import { required } from '../required.ts';

const FILE = '/new dir/copy.qcow2';
const FOLDER = '/new dir';
const roomy = { writable: true, free: 1000 };

const refused = (code: Code, message: string, hint?: string) =>
  refusal(code, ['dest'], message, hint);

describe('a new file', () => {
  const check = (
    folder: HostState['folders'][string] | undefined,
    needed = 1000,
    more: Partial<HostState> = {},
  ) =>
    required((needs) =>
      requireNewFile(
        needs,
        { ...world({ folders: folder === undefined ? {} : { [FOLDER]: folder } }), ...more },
        'dest',
        FILE,
        needed,
      ),
    ).findings;

  test.each([
    ['in a folder with exactly enough space', roomy],
    ['in a folder that was not inspected', undefined],
  ])('is accepted %s', (_what, folder) => {
    expect(check(folder)).toEqual([]);
  });

  test('is refused if one byte is missing', () => {
    expect(check(roomy, 1001)).toEqual([
      refused(
        'BP108',
        `${FOLDER} has 1000 B free, but 1001 B are needed`,
        'free some space, or choose another folder',
      ),
    ]);
  });

  test('needs a folder', () => {
    expect(check(null)).toEqual([
      refused(
        'BP107',
        `the folder ${FOLDER} does not exist on the host`,
        "create it: mkdir -p '/new dir'",
      ),
    ]);
  });

  test('is not created below what is not a folder', () => {
    const below = (obstacle: string) => [
      refused(
        'BP107',
        `${obstacle} is not a folder, so no file can be created at ${FILE}`,
        'choose a path in an existing folder',
      ),
    ];
    expect(check({ writable: false, free: 0, blockedBy: '/new dir' })).toEqual(below('/new dir'));
    // Facts that say nothing of the folder may know the file.
    const files = { '/new dir': { size: 1 } };
    expect(check(undefined, 0, { files })).toEqual(below('/new dir'));
    expect(check(null, 0, { files })).toEqual(below('/new dir'));
    expect(check(roomy, 0, { files })).toEqual([]);
    expect(check(null, 0, { files: { '/new dir': null } }).map(({ code }) => code)).toEqual([
      'BP107',
    ]);
  });

  test('needs a writable folder, whatever the free space', () => {
    expect(check({ writable: false, free: 0 })).toEqual([
      refused(
        'BP107',
        `no file can be created in ${FOLDER}: the folder is read-only, or belongs to another user`,
        'choose another folder, or run blockplan as a user who can write to it',
      ),
    ]);
  });

  test('must not exist, and no other domain may name it', () => {
    const taken = { ...world().files, [FILE]: { size: 0 } };
    expect(check(roomy, 0, { files: taken })).toEqual([
      refused(
        'BP106',
        `${FILE} already exists; blockplan does not overwrite files`,
        'choose another path, or move that file away',
      ),
    ]);
    const others = [neighbour('other', [FILE], [])];
    expect(check(roomy, 0, { others }).map(({ code, path }) => [code, path])).toEqual([
      ['BP109', ['dest']],
    ]);
    expect(check(null, 0, { files: taken, others }).map(({ code }) => code)).toEqual([
      'BP106',
      'BP107',
      'BP109',
    ]);
  });

  test('must not be a folder', () => {
    const place = { kind: 'folder', length: 0, header: null, heldBy: [] } as const;
    expect(check(roomy, 0, { files: { [FILE]: { size: 0, place } } })).toEqual([
      refused(
        'BP106',
        `${FILE} is a folder`,
        `write the path of a new file in it, such as ${FILE}/NAME`,
      ),
    ]);
  });

  test('is described by the requirements', () => {
    expect(required((needs) => requireNewFile(needs, world(), 'dest', '/n', 0)).texts).toEqual([
      '/n does not exist [file /n]',
      'the folder of /n exists, is writable and has enough free space [folder /n]',
      'no other domain uses /n [others]',
    ]);
  });

  test('must not exist, and can have a hint of its own', () => {
    const taken = world({ files: { [FILE]: { size: 0 } } });
    const texts = [`${FILE} does not exist [file ${FILE}]`];
    expect(required((needs) => requireNoFile(needs, world(), 'dest', FILE))).toEqual({
      texts,
      findings: [],
      value: true,
    });
    expect(required((needs) => requireNoFile(needs, taken, 'dest', FILE, 'look at it'))).toEqual({
      texts,
      findings: [
        refused(
          'BP106',
          `${FILE} already exists; blockplan does not overwrite files`,
          'look at it',
        ),
      ],
      value: false,
    });
  });
});

describe("a file that the guest's QEMU must open", () => {
  const user = { uid: 64055, gid: 64055 };
  const open = (isMade: boolean) => (seen: HostState) =>
    required((needs) => requireWritableByQemu(needs, seen, 'dest', FILE, isMade)).findings;
  const [made, opened] = [open(true), open(false)];
  const own = { apparmor: false, user };
  const asked = { apparmor: false };
  function seen(confinement?: Confinement, barredAt?: string, root = 0): HostState {
    const base = world({
      domain: confinement ? { confinement } : {},
      folders: { [FOLDER]: { ...roomy, ...(barredAt === undefined ? {} : { barredAt }) } },
    });
    return { ...base, host: { ...base.host, user: root } };
  }
  const barred = refused(
    'BP138',
    `the QEMU of "testvm" runs as user 64055, who cannot enter /new, so it cannot open ${FILE}`,
    'choose another path, or let all users enter the folder: chmod o+x /new',
  );
  const notGiven = refused(
    'BP138',
    `the QEMU of "testvm" runs as user 64055, and its seclabel has relabel='no', so libvirt does not change the owner of files: QEMU cannot write to a file that user 0 creates at ${FILE}`,
    'create the file first, change its owner to that user, and add "reuse-external: true"',
  );

  test.each([
    [
      'is refused below a folder that its user cannot enter',
      { ...own, givesFiles: true },
      '/new',
      [barred],
    ],
    ['is accepted if its user can enter the folder', { ...own, givesFiles: true }, undefined, []],
    ['is accepted if its user is unknown', { ...asked, givesFiles: true }, '/new', []],
    ['is accepted if nothing is known', undefined, '/new', []],
  ])('%s', (_what, confinement, at, findings) => {
    expect(opened(seen(confinement, at))).toEqual(findings);
    expect(made(seen(confinement, at))).toEqual(findings);
  });

  test('is accepted in a folder that was not inspected', () => {
    const blind = world({ domain: { confinement: { ...own, givesFiles: true } } });
    expect(opened(blind)).toEqual([]);
  });

  test('is refused if libvirt does not change the owner of files of another user', () => {
    const alone = { ...own, givesFiles: false };
    expect(made(seen(alone))).toEqual([notGiven]);
    expect(made(seen(alone, '/new'))).toEqual([barred]);
    expect(made(seen(alone, undefined, 64055))).toEqual([]);
    expect(made(seen({ ...asked, givesFiles: false }))).toEqual([]);
    const unknown = world({ domain: { confinement: alone } });
    expect(made(unknown)).toEqual([]);
    // A file for reuse may have another owner.
    expect(opened(seen(alone))).toEqual([]);
  });

  test('has the same requirement whether blockplan creates it or not', () => {
    for (const isMade of [true, false])
      expect(
        required((needs) => requireWritableByQemu(needs, seen(), 'dest', FILE, isMade)),
      ).toEqual({
        ...{ texts: [`the host lets QEMU write to ${FILE} [run]`], findings: [], value: true },
      });
  });
});
