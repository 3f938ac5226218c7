/** What the doctor proposes: commands to type, and plans that have been walked. */
import { describe, expect, test } from 'vitest';
import { blockplanCommand } from '../../../src/command.ts';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { Patient } from '../../../src/doctor/patient.ts';
import { disk, neighbour, type Scene } from '../../worlds.ts';
import {
  BUNDLE,
  codesOf,
  copying,
  header,
  left,
  MARKER,
  MIB,
  NOW,
  OVERLAY,
  onOverlay,
  patient,
  snapshot,
  TEMPLATE,
  TOP,
} from './patients.ts';

test('a run that removed the definition is reported with resume, rollback and rescue', () => {
  const found = patient({
    scene: { domain: { persistent: false } },
    patient: { runs: [left({ bundle: BUNDLE })] },
  });
  const ways = ['resume', 'rollback', 'rescue'].map((verb) => `blockplan ${verb} ${left().run}`);
  expect(diagnose(found).findings.map(({ commands }) => commands)).toEqual([ways, ways]);
});

test('an overlay outside the chain does not match its snapshot before libvirt 9.9.0, which cannot revert to one', () => {
  const found = patient({
    scene: { files: { [OVERLAY]: { size: MIB } } },
    seen: snapshot({ overlay: OVERLAY }),
  });
  const on = (libvirt: string) =>
    codesOf({ ...found, state: { ...found.state, host: { uri: 'qemu:///system', libvirt } } });
  expect([on('9.0.0'), on('9.9.0')]).toEqual([['BP237'], []]);
});

test.each([
  ['marked', { seen: { marker: MARKER } }],
  ['stranded, with a lost mark', { patient: {} }],
  ['transient', { scene: { domain: { persistent: false } } }],
  ['with a job', { scene: copying(true) }],
  ['with autostart off', { scene: { domain: { autostart: false } } }],
])(
  'an unfinished run of a guest that is %s is only offered what can finish it',
  (_title, change) => {
    const [finishing, takeUp] = ['roll the run back', [blockplanCommand('rollback', left().run)]];
    const end = 'stranded' as const;
    const runs = [
      left({ finishing, takeUp, end, owesAutostart: true, bundle: BUNDLE, files: ['/new/copy'] }),
    ];
    const { findings } = diagnose(patient({ ...change, patient: { runs } }));
    expect(findings.some(({ hint }) => hint.includes(finishing))).toBe(true);
    for (const { hint, commands } of findings)
      expect([hint, ...commands].join()).not.toMatch(/resume/);
  },
);

test('what a working run hides is named, by every code that is left out', () => {
  const sick = { scene: { ...copying(true), domain: { persistent: false } } };
  const idle = diagnose(patient(sick));
  expect(idle).not.toHaveProperty('notChecked');
  const busy = diagnose(patient({ ...sick, patient: { runs: [left({ alive: true })] } }));
  const hidden = busy.notChecked?.flatMap(({ codes }) => codes) ?? [];
  for (const { code } of idle.findings)
    expect([...busy.findings.map((each) => each.code), ...hidden]).toContain(code);
  expect(hidden).toContain('BP236');
  expect(new Set(hidden).size).toBe(hidden.length);
});

test('a marker whose process may run hides the same, but not itself', () => {
  const sick = { scene: { ...copying(true), domain: { persistent: false } } };
  const of = (more: object) => diagnose(patient({ ...sick, ...more }));
  const marked = of({ seen: { marker: MARKER } });
  const busy = of({ seen: { marker: MARKER }, patient: { markedAlive: true } });
  const hidden = (found: typeof busy) => found.notChecked?.flatMap(({ codes }) => codes) ?? [];
  expect(marked).toMatchObject({ mayWork: MARKER.run, findings: [{ code: 'BP240' }] });
  expect(marked).not.toHaveProperty('working');
  expect(marked.findings[0]?.hint).toContain('"blockplan status" as root on host1 first');
  expect(busy).toMatchObject({ working: MARKER.run, findings: [] });
  expect(hidden(busy)).toEqual([...hidden(marked), 'BP240']);
  const dead = of({ seen: { marker: MARKER }, patient: { markedAlive: false } });
  expect(dead).not.toHaveProperty('notChecked');
  expect(dead.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['BP239', 'BP240']));
});

describe('an overlay beside the images', () => {
  const file = '/images/web1.old';
  const beside = [{ file, backing: TEMPLATE }];
  const found = (change: object = {}) =>
    diagnose(patient({ seen: { beside }, patient: change })).findings;
  const kept = {
    ...{ file, target: 'vda', wasActive: true, run: 'r1', plan: 'move-web1' },
    time: '2026-11-23 08:15:09Z',
    isUnchanged: true,
  };

  test('that a run left behind is explained by that run', () => {
    const [finding] = found({ left: [kept] });
    expect(finding).toMatchObject({
      code: 'BP236',
      message: `${file} is an overlay above ${TEMPLATE}, and in no domain's chain; run r1 (move-web1) moved vda away from it on 2026-11-23 08:15:09Z, and kept it`,
    });
    expect(finding?.why).toMatch(/^its content is from that time/);
    expect(finding?.hint).toMatch(/^keep it while you may need that state/);
  });

  test('that may be another file than the run left behind may be anything', () => {
    const [finding] = found({ left: [{ ...kept, isUnchanged: false }] });
    expect(finding?.message).toMatch(
      /; run r1 \(move-web1\) kept a file at this path on .*, but this may be another one, or may have changed since$/,
    );
    expect(finding?.why).toMatch(/^it may hold the only copy of some writes/);
    expect(finding?.hint).toMatch(/^keep it, and find out which guest or tool uses it/);
  });

  test('may be in a chain that cannot be read', () => {
    const others = [neighbour('web2', [], [], ['/images/web2.qcow2'])];
    const [finding] = diagnose(patient({ scene: { others }, seen: { beside } })).findings;
    expect(finding?.message).toMatch(
      /, and in no domain's chain that can be read \(\/images\/web2.qcow2 cannot\)$/,
    );
  });

  test('that the managed save image names is in use', () => {
    const scene = { domain: { state: 'shut off', managedSave: true } } as const;
    const saved = { vda: file };
    expect(codesOf(patient({ scene, seen: { beside, saved } }))).toEqual(['BP243']);
  });

  test('that was a lower layer was taken out of the chain', () => {
    const [finding] = found({ left: [{ ...kept, wasActive: false }] });
    expect(finding?.message).toContain('run r1 (move-web1) took it out of the chain of vda on');
  });

  test('that no run has left may be anything', () => {
    const [finding] = found({ left: [{ ...kept, file: '/images/another' }] });
    expect(finding?.hint).toMatch(/^keep it, and find out which guest or tool uses it/);
    expect(finding?.message).toMatch(/in no domain's chain$/);
  });

  test('may have been left by a run that was not searched', () => {
    const [finding] = found({ left: [], newestSearched: 100 });
    expect(finding?.message).toMatch(
      /; none of the newest 100 successful runs on the guest left it behind, and older runs were not searched$/,
    );
  });
});

describe('a plan', () => {
  const plansOf = (found: Patient) =>
    diagnose(found).findings.flatMap(({ plan }) => (plan ? [plan.text] : []));

  test('that a run would refuse is not proposed, and the finding has the reason', () => {
    const job = { type: 'copy', ready: true, mirror: '/new/copy' } as const;
    const change = { job, persistentSource: TOP };
    const found = patient({ scene: { disks: [disk('vda', [OVERLAY, TOP], change)] } });
    expect(plansOf(found).join()).not.toContain('blockcommit');
    expect(diagnose(found).findings).toContainEqual(
      expect.objectContaining({ code: 'BP235', obstacle: expect.stringContaining('BP105') }),
    );
  });

  test('that copies a disk into a new file redefines the disk first', () => {
    const found = patient({
      scene: {
        disks: [disk('vda', [TOP, TEMPLATE], { persistentSource: '/images/old' })],
        files: { [TEMPLATE]: null },
      },
    });
    const text = plansOf(found).find((each) => each.includes('blockcopy:'));
    expect(text).toMatch(/redefine:[\s\S]*blockcopy:/);
  });

  test('that merges an overlay keeps its file', () => {
    const text = plansOf(patient({ scene: { disks: onOverlay(TOP) } })).find((each) =>
      each.includes('blockcommit'),
    );
    expect(text).toContain(`blockcommit: { disk: vda, base: ${TOP}, active: true, pivot: true }`);
  });

  test.each([
    ['running', { disks: onOverlay(OVERLAY) }, {}],
    [
      'off',
      { disks: [disk('vda', [OVERLAY])], domain: { state: 'shut off' } },
      { headers: { [OVERLAY]: { layers: [header(OVERLAY), header(TOP)] } } },
    ],
  ] as const)('does not merge an overlay that may be a clone (%s)', (_state, scene, seen) => {
    const [finding, ...more] = diagnose(patient({ scene, seen })).findings;
    expect(more).toEqual([]);
    expect(finding?.code).toBe('BP235');
    expect(finding).not.toHaveProperty('plan');
    expect(finding).not.toHaveProperty('obstacle');
    expect(finding?.why).toContain('a clone of a template looks the same');
    expect(finding?.hint).toContain(`find out what ${TOP} is`);
  });

  test.each([
    ['has been written to since the overlay was created', { written: { [TOP]: NOW } }, {}],
    ['was written to at an unknown time', { written: {} }, {}],
    [
      'is below an overlay of unknown age',
      {},
      { files: { [OVERLAY]: { size: MIB, born: undefined } } },
    ],
  ])('does not merge an overlay into a file that %s', (_title, seen, files) => {
    const scene = { disks: onOverlay(TOP), ...files } as unknown as Scene;
    const finding = diagnose(patient({ scene, seen })).findings.find(
      ({ code }) => code === 'BP235',
    );
    expect(finding).not.toHaveProperty('plan');
    expect(finding?.hint).toContain(`anything else has written to ${TOP}`);
  });

  test('is shown with the warnings of its preview', () => {
    const scene = { disks: onOverlay(TOP), domain: { snapshots: ['s1'] } };
    const { findings } = diagnose(patient({ scene }));
    const finding = findings.find(({ code }) => code === 'BP235');
    expect(finding?.plan).toBeDefined();
    expect(finding?.warnings).toEqual([expect.stringContaining('snapshot "s1"')]);
    expect(findings.find(({ code }) => code === 'BP233')).not.toHaveProperty('warnings');
  });

  test('is proposed for a domain whose name looks like an ID', () => {
    const found = patient({ scene: { disks: onOverlay(TOP), domain: { name: '7' } } });
    expect(plansOf(found)[0]).toContain('domain: "7"');
  });

  test('escapes a path that looks like a reference', () => {
    const odd = '/images/${HOME}.qcow2';
    const [text] = plansOf(
      patient({ scene: { disks: [disk('vda', [odd], { persistentSource: TOP })] } }),
    );
    expect(text).toContain('$${HOME}');
  });
});
