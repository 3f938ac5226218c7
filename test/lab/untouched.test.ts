/**
 * What a run must not touch: files in another domain's chain, under any name, and, in a preview, anything at all. The
 * daemon's own log shows that a preview requests nothing that could write.
 */
import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { type Picture, picture } from '../../src/lab/picture.ts';
import { refusal } from './refusal.ts';
import { sampled } from './sample.ts';
import {
  type Ended,
  expectOnlyRead,
  planText,
  raiseLog,
  startCli,
  tool,
  writePlan,
} from './support.ts';

const NAME = 'testvm';
let host: LabHost;
let guest: Guest;
/** base <- mid <- top. */
let base: string;
let mid: string;
let top: string;
let shared: string;

beforeAll(async () => {
  host = await startHost();
  shared = join(host.images, 'shared');
  await mkdir(shared);
  guest = await host.createGuest({
    name: NAME,
    disks: [{ target: 'vda', chain: [join(shared, 'base.qcow2'), 'mid', 'top'] }],
  });
  [base, mid, top] = guest.disks[0]!.files as [string, string, string];
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

const expectRefused = (
  steps: readonly Record<string, unknown>[],
  expected: readonly string[],
  word?: string,
): Promise<Ended> => refusal(host, NAME, steps, expected, word);
const at = (name: string) => join(host.images, name);
const copy = (more: object) => ({
  blockcopy: { disk: 'vda', dest: at('new'), pivot: true, ...more },
});

describe("another domain's files", () => {
  let refs: string;
  beforeAll(() => {
    refs = join(host.images, 'refs');
  });

  /** A second domain with an overlay above the shared base, which it names as given. */
  async function neighbour(backing: string, start: boolean): Promise<Guest> {
    await mkdir(refs, { recursive: true });
    const overlay = join(refs, 'overlay.qcow2');
    await host.qemuImg(
      'create',
      '-q',
      '-f',
      'qcow2',
      '-b',
      backing,
      '-F',
      'qcow2',
      overlay,
      '-u',
      '64M',
    );
    return host.createGuest({
      name: 'neighbour',
      start,
      disks: [{ target: 'vda', chain: [overlay] }],
    });
  }

  /** Creates another name for the shared base, and returns it. */
  const names: Readonly<Record<string, () => Promise<string>>> = {
    'by its own name': async () => base,
    'through a symlinked folder': async () => {
      await symlink(shared, at('alias'));
      return at('alias/base.qcow2');
    },
    'by a hard link': async () => {
      await link(base, at('alias'));
      return at('alias');
    },
    'through a bind mount': async () => {
      await mkdir(at('alias'));
      await tool('mount', '--bind', shared, at('alias'));
      return at('alias/base.qcow2');
    },
  };

  const ways = Object.keys(names).flatMap((how) => [
    ['running', how, true] as const,
    ['off', how, false] as const,
  ]);
  test.each(sampled('names of a shared file', ways, 4))(
    'of a domain that is %s and names the file %s',
    async (_, how, start) => {
      const name = await names[how]!();
      const other = await neighbour(name, start);
      const hash = async () =>
        createHash('sha256')
          .update(await readFile(base))
          .digest('hex');
      const before = await hash();
      const commit = (params: object) => [{ blockcommit: { disk: 'vda', pivot: true, ...params } }];
      await expectRefused(commit({ base }), ['BP109'], base);
      await expectRefused([{ blockcommit: { disk: 'vda', top: mid, base } }], ['BP109']);
      const overlay = join(refs, 'overlay.qcow2');
      const reused = { dest: overlay, format: 'qcow2', 'reuse-external': true };
      const open = start ? ['BP145'] : [];
      // A full copy may not go into an image with a backing file.
      await expectRefused([copy(reused)], ['BP122', ...open, 'BP109'], overlay);
      expect(await hash()).toBe(before);
      await other.destroy();
      await host.virsh('undefine', 'neighbour');
      await rm(refs, { recursive: true });
      await rm(at('neighbour'), { recursive: true, force: true });
      if (how === 'through a bind mount') await tool('umount', at('alias'));
      await rm(at('alias'), { force: true, recursive: true });
    },
  );

  test('of a domain whose image cannot be understood', async () => {
    const other = await neighbour(base, false);
    const overlay = join(refs, 'overlay.qcow2');
    await writeFile(overlay, 'torn');
    const commit = [{ blockcommit: { disk: 'vda', pivot: true, shallow: true } }];
    const ended = await expectRefused(commit, ['BP124']);
    expect(ended.stderr).toContain(overlay);
    await rm(overlay);
    await other.destroy();
    await host.virsh('undefine', 'neighbour');
    await rm(refs, { recursive: true });
    await rm(at('neighbour'), { recursive: true, force: true });
  });
});

test('a preview writes nothing, and requests nothing from the daemon that could', async () => {
  await raiseLog(host, '1:libvirt');
  const logged = (await readFile(host.logs, 'utf8')).length;
  const before: Picture = await picture(host, NAME);
  const asked = (await readFile(host.logs, 'utf8')).length;
  expect(asked).toBeGreaterThan(logged);
  const steps = [
    { undefine: {} },
    copy({ shallow: true }),
    { redefine: { disk: 'vda', source: at('new') } },
    {
      'snapshot-create-as': {
        name: 's',
        'disk-only': true,
        quiesce: true,
        diskspec: [{ disk: '*', snapshot: 'no' }, { disk: 'vda' }],
      },
    },
    { convert: { source: at('new'), dest: at('copy') } },
    { blockcommit: { disk: 'vda', shallow: true, pivot: true, delete: true } },
  ];
  const file = await writePlan(host, planText(NAME, steps));
  const ended = await startCli(host, ['run', file, '-c', host.uri, '--dry-run']).ended;
  expect([ended.exitCode, ended.stderr], ended.told).toEqual([0, '']);
  const preview = (...more: string[]) =>
    startCli(host, ['preview', file, '-c', host.uri, '--exit-code', ...more]).ended;
  const text = await preview();
  expect([text.exitCode, text.stderr], text.told).toEqual([10, '']);
  expect(withoutSizes(text.stdout)).toBe(withoutSizes(ended.stdout));
  for (const format of ['markdown', 'json', 'html', 'mermaid']) {
    const other = await preview('--format', format);
    expect([other.exitCode, other.stderr], other.told).toEqual([10, '']);
    expect(other.stdout).toContain(NAME);
  }
  await expectOnlyRead(host, asked);
  expect(await picture(host, NAME)).toEqual(before);
  for (const shown of ['virsh undefine', 'virsh blockcopy', 'virsh define', 'qemu-img convert'])
    expect(ended.stdout).toContain(shown);
  expect(await imageChain(host, top)).toEqual([top, mid, base]);
  await guest.waitForWrites(1);
});

/** The guest writes from one observation to the next, and its files grow. */
function withoutSizes(shown: string): string {
  return shown.replaceAll(/\b\d+(\.\d+)? ((?:[KMGT]i)?B|bytes)\b/g, 'SIZE');
}
