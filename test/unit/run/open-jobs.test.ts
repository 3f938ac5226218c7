/** What is known of the block jobs of a run that is left. */
import { expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { backupXml } from '../../../src/model/backup-xml.ts';
import { DomainBusy } from '../../../src/model/domain-busy.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { OpenJobs } from '../../../src/run/open-jobs.ts';
import { GIVEN, virsh } from '../../journals.ts';
import { disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const withJob = (type: 'copy' | 'active-commit' | 'other') =>
  world({ disks: [disk('vda', [SNAP2, SNAP1], { job: { type, ready: true, mirror: '/new/c' } })] });
const commit = virsh('blockcommit', '--domain', 'web1', '--path', 'vdb');
const limit = virsh('blockjob', '--domain', 'web1', '--path', 'vda', '--bandwidth', '5');

const backup = virsh('backup-begin', '--domain', 'web1', '--backupxml', {
  file: 'backup.xml',
  content: backupXml(
    ['vda', 'vdb'].map((target) => ({ disk: target, file: `/store/${target}` })),
    ['vdc'],
  ),
});
const abortBackup = virsh('domjobabort', '--domain', 'web1');
const backedUp = world({
  disks: [
    disk('vda', [SNAP2], { job: { type: 'backup', ready: false } }),
    disk('vdb', [SNAP1], { job: { type: 'copy', ready: true } }),
  ],
});

const CONTINUES = 'was not cancelled and continues in QEMU';

test.each<[string, ReturnType<typeof world>, readonly Effect[], readonly string[]]>([
  ['nothing', world(), [], []],
  ['other commands', world(), [GIVEN.undefine, GIVEN.autostart], []],
  ['a copy that runs', withJob('copy'), [], [`the copy of vda ${CONTINUES}`]],
  ['a commit that runs', withJob('active-commit'), [], [`the commit of vda ${CONTINUES}`]],
  ['the job of another tool', withJob('other'), [], [`the block job of vda ${CONTINUES}`]],
  ['a new limit', withJob('copy'), [limit], [`the copy of vda ${CONTINUES}`]],
  [
    'a cancellation',
    withJob('copy'),
    [GIVEN.abort],
    ['the copy of vda may have been cancelled already'],
  ],
  [
    'a pivot',
    withJob('copy'),
    [GIVEN.pivot],
    ['the copy of vda may have ended already; if so, vda is on the target file of the job'],
  ],
  [
    'a start',
    world(),
    [GIVEN.copy],
    ['the copy of vda may have begun; if so, it continues in QEMU'],
  ],
  [
    'a start that is cancelled',
    world(),
    [GIVEN.copy, GIVEN.abort],
    ['the copy of vda may have been cancelled already'],
  ],
  [
    'a backup of two disks',
    world(),
    [backup],
    [
      'the backup of vda may have begun; if so, it continues in QEMU',
      'the backup of vdb may have begun; if so, it continues in QEMU',
    ],
  ],
  [
    'a backup that is cancelled',
    world(),
    [backup, abortBackup],
    [
      'the backup of vda may have been cancelled already',
      'the backup of vdb may have been cancelled already',
    ],
  ],
  [
    'the end of a backup beside a copy',
    backedUp,
    [abortBackup],
    ['the backup of vda may have been cancelled already', `the copy of vdb ${CONTINUES}`],
  ],
  ['a cancellation of nothing', withJob('copy'), [abortBackup], [`the copy of vda ${CONTINUES}`]],
  [
    'the cancellation of a copy beside a backup',
    backedUp,
    [virsh('blockjob', '--domain', 'web1', '--path', 'vdb', '--abort')],
    [`the backup of vda ${CONTINUES}`, 'the copy of vdb may have been cancelled already'],
  ],
  [
    'the end of a job that was not seen',
    world(),
    [GIVEN.abort],
    ['the block job of vda may have been cancelled already'],
  ],
  ['a new limit of a job that was not seen', world(), [limit], []],
  [
    'two disks',
    withJob('copy'),
    [commit],
    [
      `the copy of vda ${CONTINUES}`,
      'the commit of vdb may have begun; if so, it continues in QEMU',
    ],
  ],
])('after an observation and %s', async (_title, seen, sent, state) => {
  const jobs = new OpenJobs();
  await jobs.performing(GIVEN.pivot, Promise.resolve());
  expect(await jobs.observing(Promise.resolve(seen))).toBe(seen);
  for (const effect of sent) await jobs.performing(effect, Promise.resolve());
  expect(jobs.state).toEqual(state);
});

test('before an observation nothing is known', () => {
  expect(new OpenJobs().state).toEqual([]);
});

const busy = new DomainBusy('preflight-refused', [
  { code: 'BP196', severity: 'error', message: 'it is locked' },
]);

test.each([
  ['that was refused counts as not sent', new EffectFailed('no', { begun: false }), CONTINUES],
  ['that another one has blocked counts as not sent', busy, CONTINUES],
  ['that failed may have been sent', new EffectFailed('no'), 'may have been cancelled already'],
  ['without an answer may have been sent', new Error('gone'), 'may have been cancelled already'],
])('a command %s', async (_title, error, said) => {
  const jobs = new OpenJobs();
  await jobs.observing(Promise.resolve(withJob('copy')));
  for (const effect of [GIVEN.abort, GIVEN.undefine])
    await expect(jobs.performing(effect, Promise.reject(error))).rejects.toBe(error);
  expect(jobs.state).toEqual([`the copy of vda ${said}`]);
});

test.each([
  ['that was never sent', busy, false],
  ['that was refused at once', new EffectFailed('no', { begun: false }), false],
  ['without an answer', new Error('gone'), true],
])('after an undefine %s, the definition is owed or not', async (_title, error, isOwed) => {
  const jobs = new OpenJobs();
  jobs.definition.save();
  await jobs.observing(Promise.resolve(world()));
  await expect(jobs.performing(GIVEN.undefine, Promise.reject(error))).rejects.toBe(error);
  expect(jobs.definition.isOwed).toBe(isOwed);
});
