/** What operators and guests do between a kill of a restore and its `resume` or `rollback` is neither overwritten nor lost. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { asDefined } from '../../../src/host/domain.ts';
import { withoutFile } from '../../../src/host/image-files.ts';
import { type SimulatedHost, updateDomain } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { withFile } from '../../../src/model/host-state.ts';
import {
  guestDies,
  guestStarts,
  lostAtNextStart,
  lostWrites,
} from '../../../src/simulate/host-faults.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { planned } from '../../plans.ts';
import { off, STORE, VDA } from '../../steps/restore-scenes.ts';
import { SNAP2 } from '../../worlds.ts';

const compiled = () => planned([`restore: { store: ${STORE}, backup: tuesday, dest: /new }`]);
const stageDone = (entry: JournalEntry) =>
  entry.type === 'phase-finished' && entry.phase === 'stage';
const defineBegun = (entry: JournalEntry) =>
  entry.type === 'phase-started' && entry.phase === 'define' && entry.direction === 'do';
const defined = (entry: JournalEntry) => entry.type === 'outcome' && entry.phase === 'define';
const defineDone = (entry: JournalEntry) =>
  entry.type === 'phase-finished' && entry.phase === 'define';
const moments = [
  ['the copy', stageDone],
  ['the beginning of define', defineBegun],
  ['its intent', intends('virsh define')],
] as const;

const edited = (from: RegExp | string, to: string) => (host: SimulatedHost) =>
  updateDomain(host, { definition: host.state.domain.definition?.replace(from, to) ?? '' });
const withMemory = edited(/<memory[^>]*>\d+/, "<memory unit='KiB'>77");
const used = (host: SimulatedHost) => guestDies(guestStarts(host));

async function killed(at: (entry: JournalEntry) => boolean, autostart = false): Promise<Runs> {
  const runs = new Runs(off({ domain: { autostart } }));
  await runs.killed(compiled(), at);
  return runs;
}

/** Does something to the host right before the first such effect of the next attempt. */
function happensBefore(runs: Runs, which: (effect: Effect) => boolean, befalls: typeof used): void {
  let done = false;
  runs.driver.onEffect = (effect) => {
    if (done || !which(effect)) return;
    done = true;
    runs.befalls(befalls);
  };
}
const nothing = (host: SimulatedHost) => host;
/** libvirt has the definition, but did not answer. */
const defines = (host: SimulatedHost) =>
  asDefined(host, (off().domain.definition ?? '').replace(SNAP2, VDA));
const isDefine = (effect: Effect) => effect.tool === 'virsh' && effect.verb === 'define';
const vda = ({ host }: Runs) => host.state.domain.disks[0]?.persistentSource;
const said = (finish: { readonly happened?: readonly string[] } | undefined) =>
  (finish?.happened ?? []).join('\n');

describe.each(moments)('a resume after a kill at %s', (_moment, at) => {
  test.each([
    ['outside the disks', withMemory],
    ['in a disk', edited("discard='unmap'", "discard='ignore'")],
  ])('keeps an edit %s', async (_where, edit) => {
    const runs = await killed(at);
    runs.befalls(edit);
    const { definition } = runs.host.state.domain;
    const { finish } = await runs.again('resume');
    expect(runs.host.state.domain.definition).toBe(definition);
    expect(finish?.end).toBe('stranded');
    expect(said(finish)).toContain('the definition of "testvm" was changed meanwhile');
    expect(runs.host.state.files[VDA]).toBeFalsy();
  });

  test('changes no definition under a managed save image', async () => {
    const runs = await killed(at);
    runs.befalls((host) => updateDomain(used(host), { managedSave: true }));
    const { finish } = await runs.again('resume');
    expect([finish?.end, vda(runs)]).toEqual(['stranded', SNAP2]);
    expect(said(finish)).toContain('has a managed save image');
    // Once it is gone, nothing is in the way.
    runs.befalls((host) => updateDomain(host, { managedSave: false }));
    expect((await runs.again('rollback')).finish?.end).toBe('rolled-back');
    expect(lostAtNextStart(runs.host)).toEqual([]);
  });

  test('names no file that the run did not make', async () => {
    const runs = await killed(at);
    runs.befalls((host) => ({ ...host, state: withFile(host.state, VDA, { size: 5 }) }));
    const { finish } = await runs.again('resume');
    expect([finish?.end, vda(runs)]).toEqual(['stranded', SNAP2]);
    expect(runs.host.state.files[VDA]).toMatchObject({ size: 5 });
  });
});

test.each([stageDone, defineBegun, intends('virsh define')])(
  'a resumed run compares the copies once more before it defines them',
  async (at) => {
    const runs = await killed(at);
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      '# compare',
      'virsh define',
    ]);
    const changed = await killed(at);
    changed.befalls((host) => ({
      ...host,
      formats: { ...host.formats, [VDA]: 'torn' },
    }));
    const refused = await changed.again('resume');
    const isBegun = at !== stageDone && at !== defineBegun;
    // No definition ever named the file unless the command was sent.
    expect(refused.finish?.end).toBe(isBegun ? 'stranded' : 'rolled-back');
    expect([vda(changed), Boolean(changed.host.state.files[VDA])]).toEqual([SNAP2, isBegun]);
    expect(said(refused.finish)).toContain(`${VDA} differs from the backup: it has changed`);
  },
);

test('a guest that starts right before the definition changes keeps its disks', async () => {
  const runs = new Runs(off({ domain: { autostart: false } }));
  happensBefore(runs, isDefine, guestStarts);
  const finish = await runs.whole(compiled());
  expect([finish.end, vda(runs)]).toEqual(['rolled-back', SNAP2]);
  expect(said(finish)).toContain('"testvm" is running, so its definition is left alone');
});

/** The fault that a start of the guest was, before a resume: its definition names the restored file. */
describe('a definition that was changed before a kill', () => {
  test.each([
    ['before its outcome is known', intends('virsh define'), defines, guestStarts],
    ['before the end of the phase', defined, nothing, guestStarts],
    ['after the end of the phase', defineDone, nothing, guestStarts],
    ['before the end, and the guest is off again', defined, nothing, used],
  ] as const)('succeeds although the guest was started: %s', async (_when, at, acts, befalls) => {
    const runs = await killed(at, true);
    runs.befalls((host) => befalls(acts(host)));
    const { finish, commands } = await runs.again('resume');
    expect(finish).toMatchObject({ end: 'succeeded', exitCode: 0 });
    expect(commands).toEqual([]);
    const started = 'the guest was started during the run, and runs on its disks';
    if (befalls === guestStarts) expect(finish?.state).toContain(started);
    expect([vda(runs), lostAtNextStart(runs.host)]).toEqual([VDA, []]);
  });

  test('succeeds if the guest is started before the run has observed it', async () => {
    const runs = new Runs(off());
    runs.onAppend = (entry) => {
      if (defined(entry)) runs.befalls(guestStarts);
    };
    const finish = await runs.whole(compiled());
    expect([finish.end, vda(runs)]).toEqual(['succeeded', VDA]);
  });
});

describe('a guest that is started before its definition changes', () => {
  const copying = (entry: JournalEntry) =>
    entry.type === 'intent' && entry.effect.tool === 'qemu-img';

  test.each([copying, stageDone, defineBegun])(
    'keeps its disks, and the run is over',
    async (at) => {
      for (const how of ['resume', 'rollback'] as const) {
        const runs = await killed(at, true);
        runs.befalls(guestStarts);
        const { finish } = await runs.again(how);
        expect(finish).toMatchObject({ end: 'rolled-back' });
        expect(finish?.state).toEqual([
          'everything else is as it was before the run',
          'the guest was started during the run, and runs on its disks',
        ]);
        expect([vda(runs), Boolean(runs.host.state.files[VDA])]).toEqual([SNAP2, false]);
      }
    },
  );

  test('does so also if the run was not killed', async () => {
    const runs = new Runs(off());
    happensBefore(runs, ({ tool }) => tool === 'verify-image', guestStarts);
    expect(await runs.whole(compiled())).toMatchObject({ end: 'rolled-back', exitCode: 4 });
  });
});

describe('a rollback', () => {
  test.each([defineBegun, intends('virsh define')])(
    'leaves an edit alone, where define never ran',
    async (at) => {
      const runs = await killed(at);
      runs.befalls(edited("discard='unmap'", "discard='ignore'"));
      const { commands } = await runs.again('rollback');
      expect(runs.host.state.domain.definition).toContain("discard='ignore'");
      expect(commands.filter(has('virsh define'))).toEqual([]);
      expect(runs.host.state.files[VDA]).toBeFalsy();
    },
  );

  test.each([withMemory, edited("discard='unmap'", "discard='ignore'")])(
    'leaves an edit of the new definition alone',
    async (edit) => {
      const runs = await killed(defined);
      runs.befalls(edit);
      const { finish } = await runs.again('rollback');
      expect([finish?.end, vda(runs)]).toEqual(['stranded', VDA]);
      expect(said(finish)).toContain('was changed after the run replaced it');
    },
  );

  test('is impossible while there is a managed save image', async () => {
    const runs = await killed(defined);
    runs.befalls((host) => updateDomain(host, { managedSave: true }));
    const { finish } = await runs.again('rollback');
    expect([finish?.end, vda(runs)]).toEqual(['stranded', VDA]);
    expect(said(finish)).toContain('has a managed save image');
  });

  test('does not change the definition of a guest that starts during the verification', async () => {
    const runs = await killed(defined);
    happensBefore(runs, isDefine, guestStarts);
    const { finish } = await runs.again('rollback');
    expect([finish?.end, vda(runs)]).toEqual(['stranded', VDA]);
    expect(lostAtNextStart(runs.host)).toEqual([]);
    runs.befalls(guestDies);
    expect((await runs.again('rollback')).finish?.end).toBe('stranded');
    expect(lostAtNextStart(runs.host)).toEqual([]);
  });

  test('restores no definition if a guest has used a disk after it was compared', async () => {
    const runs = await killed(defined);
    happensBefore(runs, isDefine, used);
    const { finish } = await runs.again('rollback');
    expect([finish?.end, vda(runs)]).toEqual(['stranded', VDA]);
    expect(said(finish)).toContain(`${VDA} was changed since it was compared with the backup`);
    expect(lostAtNextStart(runs.host)).toEqual([]);
  });

  test('offers to forget the run, where a rollback may never be possible', async () => {
    const runs = await killed(defined);
    runs.befalls(used);
    const { finish } = await runs.again('rollback');
    expect(finish?.next).toEqual([
      ...['virsh domblklist testvm --inactive', 'blockplan forget r', 'blockplan rollback r'],
    ]);
    expect(finish?.state.at(-1)).toContain('forget the run');
    const copying = await killed(stageDone);
    copying.befalls(withMemory);
    const undone = await copying.again('rollback');
    expect(undone.finish?.end).toBe('stranded');
    expect(undone.finish?.next).not.toContain('blockplan forget r');
  });

  test('removes no file that the guest has written to, whatever the definition names', async () => {
    const runs = await killed(defined);
    const { definition = '' } = off().domain;
    runs.befalls((host) => asDefined(used(host), definition));
    const { finish } = await runs.again('rollback');
    expect(finish?.end).toBe('stranded');
    expect(said(finish)).toContain(
      `${VDA} differs from the backup: the guest may have written to it`,
    );
    expect(runs.host.state.files[VDA]).toBeTruthy();
    expect(lostWrites(runs.host)).toEqual([]);
  });

  test('names no file as the one that the guest wrote to, if it was off', async () => {
    const runs = await killed(defined);
    runs.befalls(used);
    const { finish } = await runs.again('rollback');
    expect(finish?.end).toBe('stranded');
    expect(finish?.state.join('\n')).not.toContain('the guest wrote to');
    expect(finish?.next).toContain('virsh domblklist testvm --inactive');
  });

  test('restores the definition although a restored file is missing', async () => {
    const runs = await killed(defined);
    runs.befalls((host) => withoutFile(host, VDA));
    const { finish } = await runs.again('rollback');
    expect([finish?.end, vda(runs)]).toEqual(['rolled-back', SNAP2]);
  });

  test('compares each file right before its definition goes, and before it is removed', async () => {
    const runs = await killed(defined);
    const { finish, commands } = await runs.again('rollback');
    expect(finish?.end).toBe('rolled-back');
    expect(commands.map((command) => command.split(' ').slice(0, 2).join(' '))).toEqual([
      '# compare',
      'virsh define',
      '# compare',
      `rm ${VDA}`,
    ]);
  });
});
