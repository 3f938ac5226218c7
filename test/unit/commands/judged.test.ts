/** How a run judges commands: after a lost answer, after a refusal, and by the jobs they start and the layers they write. */
import { describe, expect, test } from 'vitest';
import { NO_JOB, type Word } from '../../../src/commands/define.ts';
import { commandDefinition, type VirshEffect } from '../../../src/commands/effect.ts';
import { type AnyCommand, COMMANDS } from '../../../src/commands/registry.ts';
import { simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { type HostState, withDisk, withDomain } from '../../../src/model/host-state.ts';
import { apply } from '../../../src/simulate/host.ts';
import { qemuImgEffect, virshEffect } from '../../effects.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const host = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])] });
const copying = withDisk(host, 'vda', (each) => ({
  ...each,
  job: { type: 'copy', ready: false, mirror: '/new' },
}));
const ALL: readonly AnyCommand[] = [...COMMANDS.virsh, ...COMMANDS['qemu-img']];
const DOMAIN = ['--domain', 'testvm'];
const VDA = [...DOMAIN, '--path', 'vda'];
const XML = { file: 'x.xml', content: '<x/>' };

const job = (how: string) => virshEffect(['blockjob', ...VDA, how]);

/** Each virsh command as a step uses it. */
const COMMAND: { readonly [V in VirshEffect['verb']]: readonly Word[] } = {
  blockcopy: [...VDA, '--dest', '/new'],
  blockcommit: VDA,
  blockpull: VDA,
  'backup-begin': [...DOMAIN, '--backupxml', XML, '--reuse-external'],
  domjobabort: DOMAIN,
  blockjob: [...VDA, '--pivot'],
  'snapshot-create-as': [...DOMAIN, '--name', 's'],
  'snapshot-create': [...DOMAIN, '--xmlfile', XML, '--redefine'],
  'snapshot-delete': [...DOMAIN, '--snapshotname', 's', '--metadata'],
  'checkpoint-create': [...DOMAIN, '--xmlfile', XML, '--redefine'],
  'checkpoint-delete': [...DOMAIN, '--checkpointname', 'c'],
  undefine: DOMAIN,
  define: ['--file', XML],
  autostart: DOMAIN,
  'guest-agent-timeout': [...DOMAIN, '--timeout', '60'],
  domblklist: DOMAIN,
  domfsfreeze: DOMAIN,
  domfsthaw: DOMAIN,
  resume: DOMAIN,
};
const given = Object.entries(COMMAND).map(([verb, words]) => virshEffect([verb, ...words]));

describe('a command whose answer was lost', () => {
  const judged = (effect: VirshEffect, now: HostState = host) =>
    commandDefinition(effect).unanswered(effect.args, now);

  test.each(given.map((effect) => [effect.verb, effect] as const))('%s', (verb, effect) => {
    // Only the disks of a definition are observed, and nothing shows a backup that is over, or a freeze.
    const policies: Readonly<Record<string, string>> = {
      define: 'repeat',
      'backup-begin': 'undo',
      domfsfreeze: 'undo',
    };
    expect(judged(effect)).toBe(policies[verb] ?? 'look');
  });

  test.each([
    qemuImgEffect(['convert', '-p', '-W', '-m', '8', '-O', 'qcow2', '/a', '/b']),
    qemuImgEffect(['create', '-q', '-f', 'qcow2', '-b', '/a', '-F', 'qcow2', '/b']),
  ])('qemu-img $verb is rolled back: a partial file looks like a complete one', (effect) => {
    expect(commandDefinition(effect).unanswered(effect.args, host)).toBe('undo');
  });

  test('the end of a job is inspected if the job still exists or it was a pivot', () => {
    expect(judged(job('--abort'), copying)).toBe('look');
    expect(judged(job('--pivot'), copying)).toBe('look');
    expect(judged(job('--pivot'), host)).toBe('look');
  });

  test('the start of a backup is inspected while the backup runs', () => {
    const backedUp = withDisk(host, 'vda', (each) => ({
      ...each,
      job: { type: 'backup', ready: false, mirror: '/s/vda.qcow2' },
    }));
    const begin = virshEffect(['backup-begin', ...COMMAND['backup-begin']]);
    expect(judged(begin, backedUp)).toBe('look');
  });

  test('an abort is rolled back if the job is gone: it may have failed before', () => {
    expect(judged(job('--abort'), host)).toBe('undo');
    expect(judged(job('--abort'), withDomain(copying, { disks: [] }))).toBe('undo');
    const onAnother = withDisk(
      world({ disks: [disk('vda', [BASE]), disk('vdb', [SNAP1])] }),
      'vdb',
      (each) => ({ ...each, job: { type: 'copy', ready: true } }),
    );
    expect(judged(job('--abort'), onAnother)).toBe('undo');
  });
});

describe('the job that a command starts', () => {
  test('comes from a copy, a commit, a pull or a backup, and from no other command', () => {
    const starting = ALL.filter((each) => each.startsJob !== NO_JOB.startsJob).map(
      ({ verb }) => verb,
    );
    expect(starting).toEqual(['blockcopy', 'blockcommit', 'blockpull', 'backup-begin']);
  });

  test.each<readonly [string, readonly string[], object]>([
    ['a copy', ['blockcopy', ...VDA, '--dest', '/new'], { job: 'copy', into: '/new' }],
    [
      'a copy in a format',
      ['blockcopy', ...VDA, '--dest', '/new', '--format', 'raw'],
      { job: 'copy', into: '/new', format: 'raw' },
    ],
    [
      'a commit',
      ['blockcommit', ...VDA, '--base', BASE, '--top', SNAP1],
      { job: 'commit', into: BASE },
    ],
    [
      'a commit that names no base',
      ['blockcommit', ...VDA, '--shallow', '--active'],
      { job: 'commit' },
    ],
    [
      'a pull, which writes into the active layer',
      ['blockpull', ...VDA, '--base', BASE],
      { job: 'pull' },
    ],
  ])('writes to the file that the command names: %s', (_title, words, started) => {
    const effect = virshEffect(words);
    expect(commandDefinition(effect).startsJob(effect.args)).toEqual({
      disks: ['vda'],
      ...started,
    });
  });
});

describe('the layers that a command writes into', () => {
  const written = (words: readonly string[], now = host) => {
    const effect = virshEffect(['blockcommit', ...VDA, ...words]);
    const { writesLayers } = commandDefinition(effect);
    return writesLayers === 'none' ? undefined : writesLayers(effect.args, now);
  };

  test('exist for a commit and a pull, and for no other command', () => {
    const writing = ALL.filter(({ writesLayers }) => writesLayers !== 'none').map(
      ({ verb }) => verb,
    );
    expect(writing).toEqual(['blockcommit', 'blockpull']);
  });

  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['down to the base', ['--base', SNAP1], [SNAP2, SNAP1]],
    ['down to the base under another name', ['--base', `/export/..${SNAP1}`], [SNAP2, SNAP1]],
    ['down to the base by its index', ['--base', 'vda[2]'], [SNAP2, SNAP1]],
    ['down to the deepest layer without a base', [], [SNAP2, SNAP1, BASE]],
    ['down to the deepest layer if the base is unknown', ['--base', '/else'], [SNAP2, SNAP1, BASE]],
    ['down to the layer below the active one', ['--shallow'], [SNAP2, SNAP1]],
    ['down to the layer below the top', ['--shallow', '--top', SNAP1], [SNAP2, SNAP1, BASE]],
  ])('%s', (_title, words, files) => {
    expect(written(words)).toEqual(files);
  });

  test('include their data files', () => {
    const apart = withDisk(host, 'vda', (each) => ({
      ...each,
      chain: each.chain.map((layer, at) => (at === 1 ? { ...layer, dataFiles: ['/d'] } : layer)),
    }));
    expect(written(['--shallow'], apart)).toEqual([SNAP2, SNAP1, '/d']);
  });

  test('are empty for a missing disk', () => {
    expect(written([], withDomain(host, { disks: [] }))).toEqual([]);
  });
});

describe('a refusal', () => {
  const gone = 'error: disk vda does not have an active block job';
  const meaning = (effect: VirshEffect, said: string) =>
    commandDefinition(effect).refusal?.(effect.args, said);

  test.each(['--pivot', '--abort'])('of blockjob %s means that the job no longer exists', (how) => {
    expect(meaning(job(how), gone)).toBe(
      'the job on vda no longer exists: another process ended it, or it failed',
    );
  });

  test('of blockjob for another reason gets no other meaning', () => {
    expect(meaning(job('--pivot'), 'error: not ready for pivot yet')).toBeUndefined();
  });

  test('of another command gets no other meaning', () => {
    const others = given.filter(({ verb }) => verb !== 'blockjob');
    for (const effect of others) expect(meaning(effect, gone), effect.verb).toBeUndefined();
  });
});

test('a simulated host ends a job, but does not limit its speed: no step does', () => {
  const simulated = simulatedHostOf(copying);
  expect(() => apply(simulated, virshEffect(['blockjob', ...VDA, '--bandwidth', '9']))).toThrow(
    'a simulated host ends jobs only by abort or pivot',
  );
  expect(apply(simulated, job('--abort')).state.domain.disks[0]).not.toHaveProperty('job');
});
