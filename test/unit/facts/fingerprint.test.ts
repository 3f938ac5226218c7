import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { driftedParts, fingerprintOf, isFingerprint } from '../../../src/facts/fingerprint.ts';
import { readFacts } from '../../../src/facts/read.ts';
import { writeFacts } from '../../../src/facts/write.ts';
import type { Domain, HostState } from '../../../src/model/host-state.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { draftPlan, readPlan } from '../../../src/plan/read.ts';
import { steps } from '../../../src/steps/registry.ts';
import { definitionXml, disk, neighbour, world } from '../../worlds.ts';

const PLAN = `plan: blockplan/v1
name: move
vars: { domain: web1, dest: /new/web1, disk: vda, name: s }
domain: \${vars.domain}
steps:
  - blockcopy: { disk: "\${vars.disk}", dest: "\${vars.dest}", shallow: true, pivot: true }
  - snapshot-create-as:
      { name: "\${vars.name}", disk-only: true, diskspec: [{ disk: vda, file: "\${vars.dest}.2" }] }
`;

function plan(set: Readonly<Record<string, string>> = {}, source = PLAN): Plan {
  return readPlan({ file: 'plan.yaml', source, set, steps });
}

/** A guest with its own files above a base that another guest shares. */
function guest(
  name: string,
  change: Partial<Domain> = {},
  more: Partial<HostState> = {},
): HostState {
  const image = (file: string) => `/images/${name}/${file}`;
  const seen = world({
    domain: {
      name,
      uuid: `${name.length}dea22b3-1d52-d8f3-2516-782e98ab3fa0`,
      ...change,
    },
    disks: change.disks ?? [
      disk('vda', [image('top'), '/images/base']),
      disk('vdb', [image('data.img')]),
    ],
    others: [neighbour('other', ['/images/base'], [])],
    files: { [`/new/${name}`]: null },
    folders: { '/new': { free: 5, writable: true } },
  });
  return { ...seen, ...more };
}

const web1 = fingerprintOf(plan(), guest('web1'));

/** The parts in which the fingerprint of a host state differs from `web1`. */
function drift(other: HostState, of: Plan = plan()): string[] {
  return driftedParts(web1, fingerprintOf(of, other));
}

describe('a fingerprint', () => {
  test('has a hash for each part', () => {
    expect(isFingerprint(web1)).toBe(true);
    expect(web1).toMatch(/^bp1\.[0-9a-z]{25}(\.[0-9a-z]{10}){5}$/);
    for (const other of ['', 'bp1', web1.slice(1), `${web1}.a`, web1.replace('bp1', 'bp2')])
      expect(isFingerprint(other)).toBe(false);
  });

  test('is the same for another guest in the same state, whatever the names of the guest and its files', () => {
    const set = { domain: 'db-of-the-accountants', dest: '/new/db-of-the-accountants' };
    const other = guest('db-of-the-accountants', {}, {});
    expect(fingerprintOf(plan(set), other)).toBe(web1);
    const named = { ...other, others: [neighbour('aaa', ['/images/base'], [])] };
    expect(fingerprintOf(plan(set), named)).toBe(web1);
  });

  test('does not depend on sizes, free space, the agent, unrelated guests, or libvirt indexes', () => {
    const one = guest('web1', { agent: false });
    const files = Object.fromEntries(
      Object.entries(one.files).map(([path, file]) => [path, file && { ...file, size: 77 }]),
    );
    const others = [...one.others, neighbour('stranger', ['/elsewhere'], ['/elsewhere'])];
    const disks = one.domain.disks.map((each) => ({
      ...each,
      capacity: 7,
      chain: each.chain.map((layer) => ({ ...layer, index: 9 })),
    }));
    const changed = { ...one, domain: { ...one.domain, disks }, files, others, folders: {} };
    expect(drift(changed)).toEqual([]);
  });

  test('is the same with and without access to passwords, and from facts', () => {
    const seen = guest('web1');
    const { definition = '' } = seen.domain;
    for (const passwd of [" passwd='*****'", '']) {
      const hidden = definition.replace(/ passwd='[^']*'/, passwd);
      expect(hidden).not.toBe(definition);
      const other = { ...seen, domain: { ...seen.domain, definition: hidden } };
      expect(drift(other)).toEqual([]);
      expect(writeFacts(other)).toBe(writeFacts(seen));
    }
    expect(drift(readFacts(writeFacts(seen), 'facts.yaml'))).toEqual([]);
  });

  const later = guest('web1');
  const definition = later.domain.definition ?? '';
  const overlay = [
    disk('vda', ['/images/web1/new', '/images/web1/top', '/images/base'], {
      persistentSource: '/images/web1/top',
    }),
    disk('vdb', ['/images/web1/data.img']),
  ];
  const withJob = later.domain.disks.map((each) => ({
    ...each,
    job: { type: 'copy' as const, ready: false, mirror: '/m' },
  }));

  test.each<[string, HostState, string[]]>([
    ['a new overlay', guest('web1', { disks: overlay, definition }), ['chains']],
    [
      'another format',
      guest('web1', {
        definition,
        disks: later.domain.disks.map((each) => ({
          ...each,
          chain: each.chain.map((layer) => ({ ...layer, format: 'qed' })),
        })),
      }),
      ['chains'],
    ],
    [
      'a file where the plan makes one',
      guest('web1', {}, { files: { '/new/web1': { size: 0 } } }),
      ['chains'],
    ],
    ['a job', guest('web1', { disks: withJob }), ['jobs']],
    ['a paused guest', guest('web1', { state: 'paused' }), ['jobs']],
    ['a snapshot', guest('web1', { snapshots: ['s1'] }), ['snapshots']],
    ['a checkpoint', guest('web1', { checkpoints: ['c1'] }), ['snapshots']],
    ['autostart', guest('web1', { autostart: false }), ['definition']],
    [
      'an edited definition',
      guest('web1', { definition: definition.replace('<vcpu', '<vcpu current="1"') }),
      ['definition'],
    ],
    [
      'a definition on another file',
      guest('web1', { definition: definition.replace('/images/web1/top', '/images/base') }),
      ['definition'],
    ],
    [
      'a domain made transient',
      guest('web1', { persistent: false, autostart: true }),
      ['definition'],
    ],
    [
      'a second neighbour',
      { ...later, others: [...later.others, neighbour('n', ['/images/base'], [])] },
      ['sharing'],
    ],
    [
      'a neighbour that writes',
      { ...later, others: [neighbour('other', ['/images/base'], ['/images/base'])] },
      ['sharing'],
    ],
    [
      'a neighbour with an unreadable image',
      { ...later, others: [...later.others, neighbour('n', [], [], ['/x'])] },
      ['sharing'],
    ],
    [
      'a neighbour that uses the path of the copy',
      { ...later, others: [...later.others, neighbour('n', ['/new/web1'], [])] },
      ['sharing'],
    ],
  ])('changes with %s', (_, other, parts) => {
    expect(drift(other)).toEqual(parts);
  });

  test.each<[string, Plan, string[]]>([
    ['a word of the plan', plan({}, PLAN.replace('name: move', 'name: mive')), ['plan']],
    ['a comment in it', plan({}, `${PLAN}# reviewed`), ['plan']],
    ['another disk', plan({ disk: 'vdb' }), ['plan']],
    ['another name of a snapshot', plan({ name: 't' }), ['plan']],
    ['a copy to the path of a layer', plan({ dest: '/images/base' }), ['chains']],
  ])('changes with %s', (_, other, parts) => {
    const seen = guest('web1');
    expect(driftedParts(web1, fingerprintOf(other, seen))).toEqual(parts);
  });

  test('treats another name of a file as the same file', () => {
    const seen = guest('web1');
    const top = { size: 1, identity: '1:1' };
    const linked = {
      ...seen,
      files: { ...seen.files, '/images/web1/top': top, '/link': top },
    };
    const copyTo = (dest: string) => fingerprintOf(plan({ dest }), linked);
    expect(driftedParts(copyTo('/link'), copyTo('/images/web1/top'))).toEqual([]);
    expect(driftedParts(copyTo('/link'), copyTo('/new/web1'))).toEqual(['chains']);
  });

  describe('of a plan that refers to its guest and to the run', () => {
    const source = PLAN.replace('name: s }', 'name: "s-${run.date}-${guest.name}-${guest.uuid}" }')
      .replace('dest: /new/web1', 'dest: "/new/${guest.name}-${run.id}"')
      .replace(
        'steps:',
        'hooks: { after: { command: [/a, "${guest.uuid}", "${guest.disks.vda.source}", "${run.id}"] } }\nsteps:',
      )
      .replace('file: "${vars.dest}.2"', 'file: "${guest.disks[vars.disk].source}.${run.time}"');
    const draft = (set: Readonly<Record<string, string>> = {}, text = source) =>
      draftPlan({ file: 'plan.yaml', source: text, set, steps });
    const today = '20261129-094500-1f2e3d';
    const print = (state: HostState, run = today, of = draft()) =>
      fingerprintOf(of.resolve(state, run), state);
    const reviewed = print(guest('web1'));

    test('is the same on another day', () => {
      expect(print(guest('web1'), '20270102-235959-000000')).toBe(reviewed);
    });

    test('is the same for another guest in the same state', () => {
      expect(print(guest('another'), today, draft({ domain: 'another' }))).toBe(reviewed);
    });

    test('changes with a new layer above the one that was the source', () => {
      const now = print(guest('web1', { disks: overlay, definition }));
      expect(driftedParts(reviewed, now)).toEqual(['chains']);
    });

    test('changes with the disk that is set, and with the expression', () => {
      const other = print(guest('web1'), today, draft({ disk: 'vdb' }));
      expect(driftedParts(reviewed, other)).toContain('plan');
      const written = draft({}, source.replace('[vars.disk].source', '.vda.source'));
      expect(driftedParts(reviewed, print(guest('web1'), today, written))).toEqual(['plan']);
    });

    test.each(['s-2026-11-29', 's-${run.date}'])(
      'changes if %s is set instead of an expression, also if it looks like one',
      (name) => {
        const byDefault = source.replace('name: s }', 'name: "s-${run.date}" }');
        const before = print(guest('web1'), today, draft({}, byDefault));
        const now = print(guest('web1'), today, draft({ name }, byDefault));
        expect(driftedParts(before, now)).toEqual(['plan']);
      },
    );

    test.each([
      ['disk', '"${guest.name}"'],
      ['format', '"${guest.disks.vda.format}"'],
    ])('changes with a value that decides what is done: %s: %s', (option, value) => {
      const selecting = PLAN.replace(
        'disk: "${vars.disk}"',
        option === 'disk' ? `disk: ${value}` : `disk: vda, ${option}: ${value}`,
      ).replace('shallow: true, ', '');
      const on = (name: string, top: string) => {
        const state = guest(name, { disks: [disk('vda', [top]), disk('vdb', ['/b'])] });
        return print(state, today, draft({ domain: name }, selecting));
      };
      expect(driftedParts(on('vda', '/a.img'), on('vdb', '/a'))).toContain('plan');
      expect(driftedParts(on('vda', '/a.img'), on('vda', '/b.img'))).not.toContain('plan');
    });
  });

  test('is shared by two guests exactly if they differ only in names', () => {
    // A name that is also another word in the plan would be replaced there too.
    const name = fc.stringMatching(/^[a-z][a-z0-9.]{4,8}$/);
    fc.assert(
      fc.property(name, name, fc.boolean(), (one, other, snapshot) => {
        const of = (word: string, change: Partial<Domain> = {}) =>
          fingerprintOf(plan({ domain: word, dest: `/new/${word}` }), guest(word, change));
        expect(of(one)).toBe(of(other));
        if (snapshot)
          expect(driftedParts(of(one), of(other, { snapshots: ['x'] }))).toEqual(['snapshots']);
      }),
    );
  });

  test('ignores the MAC address, the machine ID and the title of a guest, but not its memory', () => {
    const xml = (mac: string, genid: string, title: string, memory: number) =>
      definitionXml('web1', later.domain.uuid, [])
        .replace('<memory', `<genid>${genid}</genid><memory`)
        .replace(/<title>.*<\/title>/, `<title>${title}</title>`)
        .replace('1048576', String(memory))
        .replace(
          '<channel',
          `<interface type='bridge'><mac address='${mac}'/></interface><channel`,
        );
    const [a, b, c] = [
      xml('52:54:00:00:00:01', '5dea22b3-1d52-d8f3-2516-782e98ab3fa1', 'a', 5),
      xml('52:54:00:00:00:02', '6dea22b3-1d52-d8f3-2516-782e98ab3fa2', 'b', 5),
      xml('52:54:00:00:00:02', '6dea22b3-1d52-d8f3-2516-782e98ab3fa2', 'b', 6),
    ].map((each) => fingerprintOf(plan(), guest('web1', { definition: each })));
    expect(a).toBe(b);
    expect(driftedParts(b!, c!)).toEqual(['definition']);
  });
});
