/** What steps require of the places of new files: what is in the way there, and what is said of it. */
import { describe, expect, test } from 'vitest';
import type { Code } from '../../../src/codes.ts';
import type { Confinement, HostState } from '../../../src/model/host-state.ts';
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
    ['in a folder with just that room', roomy],
    ['in a folder that nobody has looked at', undefined],
  ])('is made %s', (_what, folder) => {
    expect(check(folder)).toEqual([]);
  });

  test('does not fit where there is a byte less', () => {
    expect(check(roomy, 1001)).toEqual([
      refused(
        'BP108',
        `${FOLDER} has 1000 bytes free, but up to 1001 are needed`,
        'make room, or choose another place',
      ),
    ]);
  });

  test('needs a folder', () => {
    expect(check(null)).toEqual([
      refused(
        'BP107',
        `the folder ${FOLDER} does not exist on the host`,
        "make it: mkdir -p '/new dir'",
      ),
    ]);
  });

  test('needs a folder in which files can be made, whatever the room', () => {
    expect(check({ writable: false, free: 0 })).toEqual([
      refused('BP107', `no file can be made in ${FOLDER}: it is read-only, or not yours`),
    ]);
  });

  test('takes no place that is taken, nor one that another domain names', () => {
    const taken = { ...world().files, [FILE]: { size: 0 } };
    expect(check(roomy, 0, { files: taken })).toEqual([
      refused(
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
      'BP106',
      'BP107',
      'BP109',
    ]);
  });

  test('is required in words', () => {
    expect(required((needs) => requireNewFile(needs, world(), 'dest', '/n', 0)).texts).toEqual([
      'there is no file /n [file /n]',
      'there is a folder for /n, with room, in which files can be made [folder /n]',
      'no other domain uses /n [others]',
    ]);
  });

  test('takes a place that is free, or has a hint of its own for it', () => {
    const taken = world({ files: { [FILE]: { size: 0 } } });
    const texts = [`there is no file ${FILE} [file ${FILE}]`];
    expect(required((needs) => requireNoFile(needs, world(), 'dest', FILE))).toEqual({
      texts,
      findings: [],
      value: true,
    });
    expect(required((needs) => requireNoFile(needs, taken, 'dest', FILE, 'look at it'))).toEqual({
      texts,
      findings: [
        refused('BP106', `${FILE} exists already; blockplan writes over no file`, 'look at it'),
      ],
      value: false,
    });
  });
});

describe("a file that the guest's QEMU has to open", () => {
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
    `the QEMU of "testvm" runs as user 64055, who may not enter /new, so it cannot open ${FILE}`,
    'choose another place, or let that user in: chmod o+x /new',
  );
  const notGiven = refused(
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
    expect(opened(seen(confinement, at))).toEqual(findings);
    expect(made(seen(confinement, at))).toEqual(findings);
  });

  test('in a folder that nobody has looked at is reached', () => {
    const blind = world({ domain: { confinement: { ...own, givesFiles: true } } });
    expect(opened(blind)).toEqual([]);
  });

  test('is not reached where libvirt does not give it files of another user', () => {
    const alone = { ...own, givesFiles: false };
    expect(made(seen(alone))).toEqual([notGiven]);
    expect(made(seen(alone, '/new'))).toEqual([barred]);
    expect(made(seen(alone, undefined, 64055))).toEqual([]);
    expect(made(seen({ ...asked, givesFiles: false }))).toEqual([]);
    const unknown = world({ domain: { confinement: alone } });
    expect(made(unknown)).toEqual([]);
    // It may be there for reuse, with an owner of its own.
    expect(opened(seen(alone))).toEqual([]);
  });

  test('is required in words, whoever makes it', () => {
    for (const isMade of [true, false])
      expect(
        required((needs) => requireWritableByQemu(needs, seen(), 'dest', FILE, isMade)),
      ).toEqual({
        ...{ texts: [`the host lets QEMU write to ${FILE} [run]`], findings: [], value: true },
      });
  });
});
