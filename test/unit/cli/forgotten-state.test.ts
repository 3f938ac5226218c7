/** What `forget` says of the jobs and files that the run leaves behind. */
import { expect, test } from 'vitest';
import { leftByForgotten } from '../../../src/cli/forgotten-state.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import { backupXml } from '../../../src/model/backup-xml.ts';
import type { BlockJob } from '../../../src/model/host-state.ts';
import { commanded, GIVEN, logOf, STARTED, virsh } from '../../journals.ts';
import { typed } from '../../typed.ts';
import { disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const FILE = { size: 1 };
const KEEP =
  'keep what the run created until you know that no guest, image, backup or process needs it, and that it holds no writes that the guest lacks';
const DRAFT = '/backup/web1/b.partial';

/** The state after a run that sent these effects and was killed, on a guest whose disk has that job. */
function left(effects: readonly Effect[], job: BlockJob | undefined, files: readonly string[]) {
  const log = logOf([
    STARTED,
    ...effects.flatMap((effect) => commanded('do', 'mirror/mirror', effect, 'none')),
  ]);
  const now = world({
    disks: [disk('vda', [SNAP2, SNAP1], job ? { job } : {})],
    files: Object.fromEntries(files.map((file) => [file, FILE])),
  });
  return leftByForgotten(log, {
    ...now,
    domain: { ...now.domain, name: 'web 1' },
    host: { ...now.host, connect: 'qemu:///system' },
  });
}

test('a copy that is still running is named with its file and the command that ends it', () => {
  const job = { type: 'copy', ready: false, mirror: '/new/c' } as const;
  expect(left([GIVEN.copy], job, ['/new/c'])).toEqual({
    state: [
      'the copy of vda to /new/c, which the run started, is still running, and nothing ends it',
      '/new/c, which the run created, stays: the job writes to it',
    ],
    advice: ['the copy of vda: cancel it, which leaves the guest where it is', KEEP],
    commands: ["virsh -c qemu:///system blockjob --domain 'web 1' --path vda --abort"],
  });
});

test('a copy that is ready can be cancelled or pivoted, and only one command is printed', () => {
  const job = { type: 'copy', ready: true, mirror: '/new/c' } as const;
  const { state, advice, commands } = left([GIVEN.copy], job, ['/new/c']);
  expect(state[0]).toBe(
    'the copy of vda to /new/c, which the run started, is ready, and nothing ends it',
  );
  expect(commands.flatMap((line) => typed(line).flat().slice(-1))).toEqual(['--abort']);
  expect(advice[0]).toMatch(/or pivot, which moves the guest to that file: type --pivot instead/);
});

test('a commit is known by the command that started it', () => {
  const commit = virsh('blockcommit', '--domain', 'web1', '--path', 'vda', '--active');
  const job = { type: 'active-commit', ready: false, mirror: SNAP1 } as const;
  expect(left([commit], job, [])).toMatchObject({
    state: [
      `the commit of vda to ${SNAP1}, which the run started, is still running, and nothing ends it`,
    ],
    commands: [expect.stringMatching(/--path vda --abort$/)],
  });
  expect(left([GIVEN.copy], job, []).commands).toEqual([]);
});

test('a backup is cancelled as a whole, and its folder is named', () => {
  const mirror = `${DRAFT}/vda.qcow2`;
  const begun: Effect = {
    ...{ tool: 'virsh', verb: 'backup-begin', why: '' },
    args: {
      domain: 'web1',
      backupxml: { file: 'b.xml', content: backupXml([{ disk: 'vda', file: mirror }], []) },
      'reuse-external': true,
    },
  };
  const draft: Effect = {
    ...{ tool: 'draft-backup', draft: DRAFT, name: 'b', sources: {}, left: {}, why: '' },
  };
  const job = { type: 'backup', ready: false, mirror } as const;
  expect(left([draft, begun], job, [DRAFT, mirror])).toEqual({
    state: [
      `the backup of vda to ${mirror}, which the run started, is still running`,
      `${DRAFT}, which the run created, stays: the job writes to it`,
    ],
    advice: [
      'the backup of vda: cancel it, which leaves the guest where it is, or wait until it ends',
      KEEP,
    ],
    commands: ["virsh -c qemu:///system domjobabort --domain 'web 1'"],
  });
});

test("another tool's job is not the run's", () => {
  const job = { type: 'copy', ready: false, mirror: '/new/other' } as const;
  expect(left([GIVEN.copy], job, ['/new/c'])).toEqual({
    state: ['/new/c, which the run created, stays'],
    advice: [KEEP],
    commands: [],
  });
});

test('a file below the overlay that the definition of a guest that is off names is to be kept', () => {
  const copy = virsh('blockcopy', '--domain', 'web1', '--path', 'vda', '--dest', SNAP1);
  const log = logOf([STARTED, ...commanded('do', 'mirror/mirror', copy, 'done')]);
  const now = world({
    disks: [disk('vda', [SNAP2])],
    domain: { state: 'shut off' },
    files: { [SNAP1]: FILE },
  });
  expect(leftByForgotten(log, now)).toEqual({
    state: [`${SNAP1}, which the run created, stays`],
    advice: [KEEP],
    commands: [],
  });
});

test('a file that the guest uses is named as that', () => {
  const copy = virsh('blockcopy', '--domain', 'web1', '--path', 'vda', '--dest', SNAP2);
  expect(left([copy], undefined, [SNAP2]).state).toEqual([
    `the guest uses ${SNAP2}, which the run created`,
  ]);
});

test('moved files are mentioned, because nothing moves them back', () => {
  const move: Effect = { tool: 'move-file', file: '/i/a', to: '/q/a', why: '' };
  expect(left([move], undefined, []).state).toEqual([
    'files that the run moved stay where they are',
  ]);
});

test('a file that no longer exists is not mentioned', () => {
  expect(left([GIVEN.copy], undefined, []).state).toEqual([]);
});
