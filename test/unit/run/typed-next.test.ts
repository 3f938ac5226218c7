/** What a run or a rescue says to type next: whatever a guest and its files are called, a shell takes each name as one word. */
import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/command.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { rescueDomain } from '../../../src/run/rescue.ts';
import { guestDies } from '../../../src/simulate/host-faults.ts';
import { DriverDouble } from '../../driver-double.ts';
import { wordsIn } from '../../effects.ts';
import { intends, Runs } from '../../killed-runs.ts';
import { before, gone, lost, moved } from '../../lost-definitions.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { nameIn, renamed } from '../../renamed.ts';
import { HOSTILE_NAMES, typed } from '../../typed.ts';
import { BASE } from '../../worlds.ts';

/** How the guest is called, and what is in the path of the copy: a plan has no line break there. */
interface Names {
  readonly guest: string;
  readonly folder: string;
}

/** With another name for the guest and its files, and another folder for what the run creates. */
function calling<T>(value: T, { guest, folder }: Names): T {
  return renamed(value, (text) =>
    text.replaceAll('testvm', nameIn(text, guest)).replace(/^\/new(?=\/)/, `/new${folder}`),
  );
}

const destOf = ({ folder }: Names) => `/new${folder}/copy.qcow2`;
const copyTo = (names: Names, end: 'pivot' | 'finish') =>
  `blockcopy: { disk: vda, dest: ${JSON.stringify(destOf(names))}, shallow: true, ${end}: true }`;

const refusing = (words: string) => (effect: Effect) => {
  if (wordsIn(effect).includes(words)) throw new EffectFailed('the host says no');
};

/** The run of a plan's steps on a guest with that name; `spoil` arranges how it ends. */
async function nextOf(
  names: Names,
  steps: readonly string[],
  spoil: (runs: Runs) => void,
): Promise<readonly Command[]> {
  const runs = new Runs(calling(hostForPlans(), names));
  spoil(runs);
  const finish = await runs.whole(planned(steps));
  expect(finish.end, finish.happened?.join()).toBe('stranded');
  return finish.next;
}

/** Each end, with the programs and verbs of its commands. */
const ENDS: readonly (readonly [
  end: string,
  next: (names: Names) => Promise<readonly Command[]>,
  commands: readonly string[],
])[] = [
  [
    'its rollback failed',
    (names) =>
      nextOf(names, [copyTo(names, 'pivot')], ({ driver }) => {
        driver.onEffect = (effect) => {
          refusing('--pivot')(effect);
          refusing('--abort')(effect);
        };
      }),
    ['virsh domblklist', 'blockplan rollback'],
  ],
  [
    'its guest is dead',
    (names) =>
      nextOf(names, [copyTo(names, 'finish')], (runs) => {
        runs.onAppend = (entry) => {
          if (intends('await')(entry) || intends('wait for')(entry)) runs.befalls(guestDies);
        };
      }),
    ['virsh start', 'blockplan rollback'],
  ],
  [
    'its guest is paused',
    (names) =>
      nextOf(names, [copyTo(names, 'finish')], (runs) => {
        runs.onAppend = (entry) => {
          if (entry.type === 'phase-finished' && entry.phase === 'finish')
            runs.befalls((host) => updateDomain(host, { state: 'paused' }));
        };
      }),
    ['virsh domblkerror', 'virsh resume', 'blockplan resume', 'blockplan rollback'],
  ],
  [
    'its domain is transient, and libvirt rejects its definition',
    (names) =>
      nextOf(names, ['undefine: {}', `redefine: {}`], ({ driver }) => {
        driver.onEffect = refusing('define');
      }),
    ['virsh define', 'virsh autostart', 'blockplan rollback'],
  ],
  [
    'it is unknown which file is the newest',
    (names) =>
      nextOf(names, [copyTo(names, 'pivot')], (runs) => {
        runs.onAppend = (entry) => {
          if (intends('--pivot')(entry))
            runs.befalls((host) => {
              const { domain } = guestDies(host).state;
              const disks = domain.disks.map((each) => ({ ...each, persistentSource: BASE }));
              return updateDomain(guestDies(host), { disks });
            });
        };
      }),
    ['qemu-img compare', 'blockplan rollback'],
  ],
  [
    'a rescue was refused',
    async (names) => {
      const driver = new DriverDouble(calling(gone, names), [{ at: 0, fault: 'refused' }]);
      return (await rescueDomain(calling(lost(), names), driver, `/new${names.folder}`)).next;
    },
    ['virsh define', 'virsh autostart'],
  ],
  [
    'a rescue does not know which file is the newest',
    async (names) => {
      const either = lost({ lastUp: [before, moved(before)] });
      const driver = new DriverDouble(calling(gone, names));
      return (await rescueDomain(calling(either, names), driver, '/run')).next;
    },
    ['qemu-img info', 'qemu-img info', 'virsh autostart', 'blockplan resume', 'blockplan rollback'],
  ],
];

/** The names and paths of a host that a shell could split. */
function wordsOf(names: Names): Set<string> {
  const paths = (state: HostState) => Object.keys(calling(state, names).files);
  return new Set([
    ...[names.guest, destOf(names), `/new${names.folder}/define.xml`],
    ...[...paths(hostForPlans()), ...paths(moved(before))],
  ]);
}

const NAMES = HOSTILE_NAMES.map(
  (name): Names => ({
    ...{ guest: name, folder: name.replaceAll('\n', ' ') },
  }),
);

describe.each(NAMES)('of the guest $guest', (names) => {
  test.each(ENDS)('when %s', async (_end, nextFor, commands) => {
    const next = await nextFor(names);
    const argvs = next.map((line) => {
      const calls = typed(line);
      expect(calls, line).toHaveLength(1);
      return calls[0] ?? [];
    });
    const first = argvs.map((argv) => argv.filter((word) => !word.startsWith('-')).slice(0, 2));
    expect(first.map((words) => words.join(' '))).toEqual(commands);
    const hostile = argvs.flat().filter((word) => word.includes('PWNED'));
    expect(hostile).not.toEqual([]);
    expect(hostile.filter((word) => !wordsOf(names).has(word))).toEqual([]);
  });
});
