/** The error for a refused command, and whether the command may have been started. */
import { expect, test } from 'vitest';
import type { VirshEffect } from '../../../src/commands/effect.ts';
import { effectRefused } from '../../../src/libvirt/refusal.ts';
import { CommandBusy } from '../../../src/model/effect-failed.ts';
import { virshEffect } from '../../effects.ts';

const pivot = virshEffect(['blockjob', '--domain', 'd', '--path', 'vda', '--pivot']) as VirshEffect;

test.each([
  ['block copy still active', 'virsh blockjob: block copy still active', true],
  ["failed to get domain 'd'", "virsh blockjob: failed to get domain 'd'", false],
  ["it says: failed to get domain 'd'", "virsh blockjob: it says: failed to get domain 'd'", true],
  [
    'disk vda does not have an active block job',
    'the job on vda no longer exists: another process ended it, or it failed',
    true,
  ],
])('%s', (said, message, begun) => {
  expect(effectRefused(pivot, said)).toMatchObject({ message, begun });
});

const on = ['--domain', 'd', '--path', 'vda'];
const starts = [
  ['blockcommit', ...on],
  ['blockpull', ...on],
  ['blockcopy', ...on, '--dest', '/new/c'],
  ['backup-begin', '--domain', 'd', '--backupxml', { file: 'b', content: '<domainbackup/>' }],
].map((words) => virshEffect(words));

test('a start on a disk that has a job has not begun; any other command may have', () => {
  const said = "Operation not supported: disk 'vda' already in active block job";
  for (const start of starts) expect(effectRefused(start, said).begun).toBe(false);
  expect(effectRefused(pivot, said).begun).toBe(true);
});

test('a command that another one has blocked has not begun, and may be sent again', () => {
  const said = 'Timed out during operation: cannot acquire state change lock (held by monitor=x)';
  const inParts = ['snapshot-create-as', 'backup-begin'];
  for (const effect of [pivot, ...starts]) {
    const error = effectRefused(effect, said);
    if (inParts.includes(effect.verb)) {
      expect(error.begun, effect.verb).toBe(true);
      continue;
    }
    expect(error).toBeInstanceOf(CommandBusy);
    expect(error).toMatchObject({ message: `virsh ${effect.verb}: ${said}`, begun: false });
  }
  expect(effectRefused(pivot, 'block copy still active')).not.toBeInstanceOf(CommandBusy);
});
