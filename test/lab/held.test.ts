/** What QEMU still holds after a cancelled active commit, and when it releases it: the simulated host does the same. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Effect } from '../../src/commands/effect.ts';
import { simulatedHostOf } from '../../src/host/simulated-host.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { apply } from '../../src/simulate/host.ts';
import { virshEffect } from '../effects.ts';
import { disk, world } from '../worlds.ts';

let host: LabHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

/** Block jobs in turn, each to its end: the command, and how the job is ended. */
type Job = readonly [words: readonly string[], end: 'pivot' | 'abort' | 'by itself'];

const copy = (...more: string[]): Job => [
  ['blockcopy', '--dest', 'copy', '--transient-job', ...more],
  'pivot',
];

test.each<readonly [string, readonly Job[], boolean]>([
  ['at once', [], true],
  ['after a shallow copy, which uses the same layers below', [copy('--shallow')], true],
  ['no longer after a flat copy, which closes the chain', [copy()], false],
  [
    'no longer after a commit that removes it from the chain',
    [[['blockcommit', '--top', 'snap', '--base', 'base'], 'by itself']],
    false,
  ],
])('%s', async (_title, jobs, held) => {
  const guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base', 'snap', 'top'] }],
  });
  await guest.waitForWrites(1);
  const { files } = guest.disks[0]!;
  const [base, snap, top] = files as readonly [string, string, string];
  const paths: Readonly<Record<string, string>> = {
    ...{ base, snap },
    copy: join(host.images, guest.name, 'copy'),
  };
  const cancelled: Job = [['blockcommit', '--base', 'snap', '--active'], 'abort'];
  let simulated = simulatedHostOf(world({ disks: [disk('vda', [top, snap, base])] }));
  for (const [[verb = '', ...words], end] of [cancelled, ...jobs]) {
    const named = words.map((word) => paths[word] ?? word);
    const ended = { pivot: '--pivot', abort: '--keep-overlay', 'by itself': '' }[end];
    const real = verb === 'blockcopy' ? named.filter((word) => word !== '--dest') : named;
    await host.virsh(verb, guest.name, 'vda', ...real, '--wait', ...(ended ? [ended] : []));
    for (const effect of effectsOf(verb, named, end)) simulated = apply(simulated, effect);
  }
  const read = join(host.images, guest.name, 'read');
  const failure = await host
    .qemuImg('convert', '-f', 'qcow2', '-O', 'qcow2', snap, read)
    .then(() => '', String);
  if (held) expect(failure).toContain('Failed to get shared "write" lock');
  else expect(failure).toBe('');
  expect(simulated.held).toEqual(held ? [snap] : []);
  await guest.destroy();
  await rm(join(host.images, guest.name), { recursive: true });
});

function effectsOf(verb: string, words: readonly string[], end: Job[1]): Effect[] {
  const on = ['--domain', 'testvm', '--path', 'vda'];
  const until = end === 'by itself' ? 'ended' : 'ready';
  return [
    virshEffect([verb, ...on, ...words]),
    { tool: 'await-job', disk: 'vda', until, why: '', timeoutMs: 1000 },
    ...(end === 'by itself' ? [] : [virshEffect(['blockjob', ...on, `--${end}`])]),
  ];
}
