/** What steps require of files that another domain or another disk of the guest could use. */
import { describe, expect, test } from 'vitest';
import { type Disk, type HostState, withFile } from '../../../src/model/host-state.ts';
import { Needs } from '../../../src/steps/requirements/requirement.ts';
import {
  requireNoStrayOverlay,
  requireUnnamed,
  requireUnshared,
  requireUnsharedByOwnDisks,
} from '../../../src/steps/requirements/unshared.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';
import { refusal } from '../refusal.ts';
import { required } from '../required.ts';

describe('files of other domains', () => {
  test('are refused one by one', () => {
    const others = [neighbour('a', [BASE], []), neighbour('b', [BASE], [])];
    const seen = { ...world(), others };
    const findings = [
      refusal(
        'BP109',
        ['diskspec', 0],
        `${BASE} is in the backing chain of "a", "b": a change to it would corrupt that guest`,
        'choose a file that no other domain uses',
      ),
    ];
    const texts = [`no other domain uses ${SNAP1}, ${BASE} [others]`];
    for (const stated of [requireUnnamed, requireUnshared])
      expect(required((needs) => stated(needs, seen, ['diskspec', 0], [SNAP1, BASE]))).toEqual({
        ...{ texts, findings, value: false },
      });
    expect(required((needs) => requireUnnamed(needs, world(), 'dest', [SNAP1, SNAP2]))).toEqual({
      ...{ texts: [`no other domain uses ${SNAP1}, ${SNAP2} [others]`], findings: [], value: true },
    });
  });

  test('that cannot be read are refused, as they may have any backing file', () => {
    const others = [
      neighbour('a', [], [], ['/x', '/y']),
      neighbour('b', [], []),
      neighbour('c', [], [], ['/z']),
    ];
    const seen = { ...world(), others };
    expect(required((needs) => requireUnshared(needs, seen, 'base', [SNAP1])).findings).toEqual([
      refusal(
        'BP124',
        ['base'],
        '/x, /y, /z cannot be read, so it is unknown whether other domains use the files',
        'run blockplan as a user who can read them, such as root',
      ),
    ]);
    expect(required((needs) => requireUnshared(needs, world(), 'base', [SNAP1]))).toEqual({
      ...{ texts: [`no other domain uses ${SNAP1} [others]`], findings: [], value: true },
    });
    // An unreadable image cannot be backed by a file that does not exist yet.
    expect(required((needs) => requireUnnamed(needs, seen, 'base', [SNAP1])).findings).toEqual([]);
  });
});

describe('files of other disks of the guest', () => {
  const owned = (chain: readonly string[], change: Partial<Disk> = {}) => {
    const vda = disk('vda', [SNAP2, SNAP1, BASE]);
    const seen = world({ disks: [vda, disk('vdb', chain, change)] });
    return required((needs) => requireUnsharedByOwnDisks(needs, seen, vda, 'base', [SNAP2, SNAP1]));
  };
  const texts = [`no other disk of the guest uses ${SNAP2}, ${SNAP1} [domain]`];
  const inUse = (use: string) => ({
    texts,
    findings: [
      refusal(
        'BP109',
        ['base'],
        `${use}: a change to it would corrupt that disk`,
        'choose a layer that no other disk uses',
      ),
    ],
    value: false,
  });

  test('are accepted if no other disk has them', () => {
    expect(owned([DATA])).toEqual({ texts, findings: [], value: true });
    expect(owned([DATA, BASE])).toEqual({ texts, findings: [], value: true });
  });

  test('are refused in another chain, and if the definition or a job names them', () => {
    expect(owned([DATA, SNAP1])).toEqual(inUse(`${SNAP1} is in the chain of vdb too`));
    const named = inUse(`${SNAP2} is also used, by the definition or a block job, for vdb`);
    expect(owned([DATA], { persistentSource: SNAP2 })).toEqual(named);
    const job = { type: 'copy', ready: true, mirror: SNAP2 } as const;
    expect(owned([DATA], { job })).toEqual(named);
  });
});

test('overlays that no domain uses are refused above those layers only', () => {
  const above = (overlays: HostState['overlays']) =>
    required((needs) =>
      requireNoStrayOverlay(needs, { ...world(), ...(overlays ? { overlays } : {}) }, 'base', [
        BASE,
      ]),
    );
  expect(above(undefined)).toEqual({ texts: [], findings: [], value: true });
  expect(above([{ file: '/i/clone', backing: SNAP1 }])).toEqual({
    texts: [],
    findings: [],
    value: true,
  });
  const stray = { file: '/i/clone', backing: BASE };
  expect(above([stray, { ...stray, file: '/i/s1', snapshot: 's2' }])).toEqual({
    texts: [`no overlay that no domain uses needs ${BASE} [others]`],
    findings: [
      refusal(
        'BP179',
        ['base'],
        `/i/clone is an overlay that no domain uses now, and a change to ${BASE}, its backing file, would make it invalid`,
        'if nothing needs it, remove it or move it to another folder; otherwise choose another base',
      ),
      refusal(
        'BP179',
        ['base'],
        `/i/s1 holds the data of the snapshot "s2", and a change to ${BASE}, its backing file, would make it invalid`,
        'choose another base, or delete the snapshot if nothing needs it: virsh snapshot-delete testvm s2',
      ),
    ],
    value: false,
  });
});

test('a copy that the plan has made is refused as that, and a search that was incomplete is a warning', () => {
  const seen: HostState = {
    ...withFile(world(), '/i/copy', { size: 1, made: true }),
    overlays: [{ file: '/i/copy', backing: BASE }],
    unsearched: ['/i', '/j/a'],
  };
  const needs = new Needs();
  expect(required(() => requireNoStrayOverlay(needs, seen, 'base', [SNAP1, BASE])).value).toBe(
    false,
  );
  expect(needs.searched).toEqual([SNAP1, BASE]);
  expect(needs.stated.flatMap(({ unmet }) => unmet)).toEqual([
    refusal(
      'BP179',
      ['base'],
      `/i/copy is a copy of this plan above ${BASE}, and a change to that file would make it invalid`,
      'copy the whole disk, without "shallow", or commit before the copy',
    ),
    {
      ...refusal(
        'BP179',
        ['base'],
        `the search for overlays that need ${SNAP1}, ${BASE} was incomplete: /i, /j/a could not be read, or not in time`,
        'make sure that no other image needs these files: the commit would make it invalid',
      ),
      severity: 'warning',
    },
  ]);
  const { overlays: _copy, ...searched } = seen;
  expect(requireNoStrayOverlay(new Needs(), searched, 'base', [BASE])).toBe(true);
});
