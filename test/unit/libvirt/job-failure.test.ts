/** Where the reason of a failed job is found, and what each place reports. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import type { Answer } from '../../../src/libvirt/answer.ts';
import { type FailedJob, whyJobFailed } from '../../../src/libvirt/job-failure.ts';
import type { Virsh } from '../../../src/libvirt/virsh.ts';

const folder = mkdtempSync(join(tmpdir(), 'blockplan-failure-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = join(folder, 'image');
writeFileSync(image, 'x');
truncateSync(image, 4096);

/** A virsh that answers these commands, by their verb, and refuses all others. */
function answering(answers: Readonly<Record<string, string>>): Virsh {
  const run = async (argv: readonly string[]): Promise<Answer> => {
    const stdout = answers[argv[0] ?? ''];
    const common = { argv, stderr: '', durationMs: 1 };
    return stdout === undefined
      ? { ...common, ok: false, error: 'no' }
      : { ...common, ok: true, stdout };
  };
  return { run } as Partial<Virsh> as Virsh;
}

const why = (job: Partial<FailedJob>, answers: Readonly<Record<string, string>> = {}) =>
  whyJobFailed({
    io: localHost,
    virsh: answering(answers),
    domain: 'web1',
    disk: 'vda',
    said: undefined,
    into: undefined,
    ...job,
  });

test.each<[string, Partial<FailedJob>, Readonly<Record<string, string>>, string | undefined]>([
  ['no reason is found', {}, { domblkerror: 'No errors found\n' }, undefined],
  ['no source answers', { into: { file: image, format: 'qcow2' } }, {}, undefined],
  ['QEMU reported it', { said: 'Permission denied' }, {}, 'QEMU reports "Permission denied"'],
  [
    'the file is missing',
    { into: { file: join(folder, 'gone'), format: 'raw' } },
    {},
    `${join(folder, 'gone')} no longer exists`,
  ],
  [
    'the file has another size',
    { into: { file: image, format: 'raw' } },
    { domblkinfo: 'Capacity:       8192\nAllocation:     0\nPhysical:       0\n' },
    `${image} has 4 KiB (4096 bytes), and the disk has 8 KiB (8192 bytes)`,
  ],
  [
    'the file has the size of the disk',
    { into: { file: image, format: 'raw' } },
    { domblkinfo: 'Capacity:       4096\n' },
    undefined,
  ],
  [
    'the guest has an error on this disk and on another one',
    {},
    { domblkerror: 'vda: no space\nvdb: unspecified error\n' },
    'the guest has an I/O error on vda: no space',
  ],
  ['another disk has an error', {}, { domblkerror: 'vdab: no space\n' }, undefined],
  [
    'two sources report an error',
    { said: 'Input/output error' },
    { domblkerror: 'vda: unspecified error\n' },
    'QEMU reports "Input/output error"; the guest has an I/O error on vda: unspecified error',
  ],
])('%s', async (_what, job, answers, found) => {
  expect(await why(job, answers)).toBe(found);
});
