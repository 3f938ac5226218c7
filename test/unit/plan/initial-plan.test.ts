/** The plans that init writes: valid for every guest, and runnable wherever the shipped plan is. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/facts/fingerprint.ts';
import { readFacts } from '../../../src/facts/read.ts';
import { compile } from '../../../src/graph/graph.ts';
import type { Disk, HostState } from '../../../src/model/host-state.ts';
import { editScalars } from '../../../src/plan/edit.ts';
import {
  type InitialPlan,
  initialPlanText,
  type NameAttempt,
  templateDescription,
} from '../../../src/plan/initial-plan.ts';
import { draftPlan } from '../../../src/plan/read.ts';
import { TEMPLATES, type TemplateName } from '../../../src/plan/templates.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { steps } from '../../../src/steps/registry.ts';
import { RUN } from '../../plans.ts';
import { allCases, factsOf, type Guest } from '../../prove/cases.ts';
import { BASE, DATA, disk, ISO, SNAP1, SNAP2, world } from '../../worlds.ts';

const templates = Object.keys(TEMPLATES) as TemplateName[];

const FIRST: NameAttempt = { copy: 1, overlay: 1 };

/** The plan for the first disk of a guest, as text and as read on that guest. */
function planFor(
  template: TemplateName,
  state: HostState,
  { folder = '/copies', attempt = FIRST, disk: chosen, ...more }: Partial<Chosen> = {},
) {
  const [first] = state.domain.disks;
  const text = initialPlanText({
    ...{ template, domain: state.domain, folder, attempt, ...more },
    disk: chosen ?? (first as Disk),
  });
  const draft = draftPlan({ file: 'p.yaml', source: text, steps });
  return { text, draft, plan: draft.resolve(state, RUN) };
}

interface Chosen extends Pick<InitialPlan, 'flat' | 'bandwidth'> {
  readonly folder: string;
  readonly attempt: NameAttempt;
  readonly disk: Disk;
}

function errorsOn(state: HostState, plan: ReturnType<typeof planFor>['plan']): string[] {
  const found = walk(compile(plan), state).findings;
  return found.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

/** The guests of the table of proofs, with one layer or three. */
const guests: readonly Guest[] = allCases()
  .filter(({ plan, onFailure }) => plan.endsWith('live-backup.yaml') && onFailure === 'rollback')
  .filter(({ state, depth }) => state !== 'gone' && depth % 2 === 1);

describe.each(templates)('a plan to %s', (template) => {
  test('is valid for every guest, and runs on it unless the guest itself is in the way', () => {
    expect(guests.length).toBeGreaterThan(50);
    for (const guest of guests) {
      const state = readFacts(JSON.stringify(factsOf(guest, 'web1')), 'facts.json');
      const { draft, plan } = planFor(template, state);
      expect([draft.name, draft.domain]).toEqual([`${template}-web1`, 'web1']);
      const isUp = guest.state === 'running' || guest.state === 'paused';
      const isLost = template === 'migrate-classic' && guest.lifetime === 'transient';
      const expected = isUp ? (isLost ? ['BP110'] : []) : ['BP102'];
      expect([...new Set(errorsOn(state, plan))], JSON.stringify(guest)).toEqual(expected);
      if (expected.length > 0) continue;
      const preview = previewPlan(plan, state, { fingerprint: fingerprintOf(plan, state) });
      expect(preview.totals.changes).toBeGreaterThan(0);
      expect(preview.totals.copies).toHaveLength(1);
    }
  });

  test('says what it is for, and what was observed, in comments', () => {
    const { text } = planFor(template, world());
    expect(text).toContain(`# Written by: blockplan init ${template} testvm\n`);
    expect(text).toContain(`# vda is on ${SNAP2} (qcow2)\n#   backed by ${SNAP1} (qcow2)\n`);
    expect(text).not.toContain('yaml-language-server');
    expect(text).toMatch(/^# [A-Z]/);
    expect(templateDescription(template)).not.toBe('');
  });

  test('has other names of new files in each attempt', () => {
    const paths = [1, 2, 3].map((count) => {
      const attempt = { copy: count, overlay: count };
      const { plan } = planFor(template, world(), { attempt });
      return JSON.stringify(plan.steps.map(({ params }) => params));
    });
    expect(new Set(paths).size).toBe(template === 'backup-mirror' ? 2 : 3);
  });

  test('keeps every value as it is, whatever characters it has', () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9_"'#:{}$&*|>%@`\\,!? [\]-]{1,20}$/);
    const name = word.filter((each) => /^[^\s-]/.test(each));
    fc.assert(
      fc.property(name, word, fc.constantFrom('${guest.name}', '$${x}', '${', ''), (a, b, ref) => {
        const domain = `${a}${ref}`;
        const folder = `/to/${b}${ref}x`;
        const { plan } = planFor(template, world({ domain: { name: domain } }), { folder });
        expect(plan.domain).toBe(domain);
        expect(plan.name).toMatch(/^[a-z0-9-]{1,63}$/);
        const copies = JSON.stringify(plan.steps.map(({ params }) => params['dest'] ?? null));
        expect(copies).toContain(JSON.stringify(`${folder}/`).slice(0, -1));
      }),
    );
  });
});

describe('the names of new files', () => {
  const destOf = (...of: Parameters<typeof planFor>) => {
    const { plan } = planFor(...of);
    return plan.steps.map(({ params }) => params['dest']).find((dest) => dest !== undefined);
  };
  const single = world({ disks: [disk('vda', [SNAP2, BASE])] });
  const raw = world({ disks: [disk('vda', [DATA])] });

  test('have the disk where the guest has several, and the format of the copy', () => {
    expect(destOf('migrate', single)).toBe('/copies/testvm.qcow2');
    expect(destOf('migrate', world())).toBe('/copies/testvm-vda.qcow2');
    expect(destOf('migrate', raw)).toBe('/copies/testvm.raw');
    expect(destOf('backup', raw)).toBe('/copies/testvm-2026-11-29.qcow2');
    expect(destOf('backup-mirror', raw)).toBe('/copies/testvm-2026-11-29.raw');
    expect(destOf('backup-mirror', raw, { attempt: { copy: 2, overlay: 1 } })).toBe(
      '/copies/testvm-2026-11-29-094500.raw',
    );
  });

  test('are beside the disk for an overlay, but never among devices', () => {
    const overlayOf = (state: HostState) => {
      const { plan } = planFor('backup', state);
      return JSON.stringify(plan.steps[0]?.params);
    };
    expect(overlayOf(single)).toContain(`"${SNAP2}.blockplan-backup.qcow2"`);
    const odd = disk('vda', ['/export//vmimages/odd']);
    expect(overlayOf(world({ disks: [odd] }))).toContain('"/copies/testvm.blockplan-backup.qcow2"');
    const device = disk('vda', ['/dev/vg/testvm']);
    const chain = device.chain.map((layer) => ({ ...layer, block: true as const }));
    expect(overlayOf(world({ disks: [{ ...device, chain }] }))).toContain(
      '"/copies/testvm.blockplan-backup.qcow2"',
    );
  });
});

test('an overlay is beside the disk that the plan is given', () => {
  const state = world();
  const { text } = planFor('backup', state);
  const set = { disk: 'vdb' };
  const { steps: planned } = draftPlan({ file: 'p.yaml', source: text, set, steps }).resolve(
    state,
    RUN,
  );
  expect(JSON.stringify(planned[0]?.params)).toContain(`"${DATA}.blockplan-backup.qcow2"`);
});

describe('the comments and the description are true', () => {
  const raw = world({ disks: [disk('vda', [DATA])] });
  const LAYERS = /active layer|backing chain/i;

  test.each(templates)('of %s for a raw disk, and for a copy of all layers', (template) => {
    for (const { text, plan } of [
      planFor(template, raw),
      planFor(template, world(), { flat: true }),
    ]) {
      expect(text).not.toMatch(LAYERS);
      expect(text).not.toContain('shallow');
      expect(plan.description).not.toMatch(LAYERS);
    }
    const { text, plan } = planFor(template, world());
    const isShallow = plan.steps.some(({ params }) => params['shallow'] === true);
    expect(isShallow).toBe(template.startsWith('migrate'));
    expect(LAYERS.test(text)).toBe(isShallow);
  });

  test.each(['migrate', 'migrate-classic'] as const)(
    'of %s for a disk with one layer name no other layer',
    (template) => {
      const { text } = planFor(template, world({ disks: [disk('vda', [SNAP2])] }));
      expect(text).not.toMatch(/layers below|same backing chain|active layer of a running/);
      expect(text).toContain('shallow: copy the active layer only; the disk has no other one now');
      const { text: layered } = planFor(template, world());
      expect(layered).toMatch(/shallow: the layers below the active one stay/);
    },
  );

  test('of a backup without a freeze', () => {
    expect(planFor('backup', world()).text).toContain('while its file systems are frozen');
    for (const domain of [{ agent: false }, { state: 'paused' }] as const) {
      const { text } = planFor('backup', world({ domain }));
      expect(text).not.toContain('frozen');
      expect(text).toContain('The guest continues on an overlay.\n');
      expect(text).toContain('The agent cannot freeze the file systems');
    }
    // The plan may be run later, when the guest is no longer paused.
    const { text } = planFor('backup', world({ domain: { state: 'paused' } }));
    expect(text).toContain('of a paused guest');
    expect(text).toContain('Set quiesce to true once the guest runs.');
  });
});

test('a backup names the other disks that the guest writes to; a migration does not', () => {
  const network = { ...disk('vdc', ['rbd:pool/data']), unsupported: ["<disk type='network'>"] };
  const iso = disk('sda', [ISO], { device: 'cdrom', readonly: true });
  const state = world({ disks: [disk('vda', [SNAP2]), network, iso] });
  for (const template of templates) {
    const { text } = planFor(template, state);
    const line = /^# Not copied: (.*)$/m.exec(text)?.[1];
    expect(line, template).toBe(
      template.startsWith('backup')
        ? 'vdc (rbd:pool/data). To copy all disks as they are at one instant, use a backup-begin step, as in plans/full-backup.yaml.'
        : undefined,
    );
    const { text: alone } = planFor(template, world({ disks: [disk('vda', [SNAP2]), iso] }));
    expect(alone).not.toContain('Not copied');
  }
});

test('a plan that never freezes the file systems says so, whether or not there is an agent', () => {
  for (const agent of [true, false]) {
    const { text, plan } = planFor('backup-mirror', world({ domain: { agent } }));
    expect(text.replaceAll(/\n# /g, ' ')).toContain('only crash-consistent, as after a power loss');
    expect(plan.description).toContain('crash-consistent');
  }
  const full = readFileSync(new URL('../../../plans/full-backup.yaml', import.meta.url), 'utf8');
  expect(full).toContain('only crash-consistent');
});

describe('a speed limit', () => {
  const MIB = 1024 * 1024;
  const limitsOf = (template: TemplateName, bandwidth: number) => {
    const { plan } = planFor(template, world(), { bandwidth });
    return plan.steps.flatMap(({ params }) => {
      const { bandwidth, bytes, 'rate-limit': rate } = params;
      return [bandwidth, bytes, rate].some((each) => each !== undefined)
        ? [{ bandwidth, bytes, rate }]
        : [];
    });
  };

  test.each(templates)('is that of the one copy of %s', (template) => {
    const whole = template === 'backup' ? { rate: 50 * MIB } : { bandwidth: 50 };
    expect(limitsOf(template, 50 * MIB)).toEqual([whole]);
    const odd = template === 'backup' ? { rate: 1000 } : { bandwidth: 1000, bytes: true };
    expect(limitsOf(template, 1000)).toEqual([odd]);
  });
});

test('is in the README without its comments, for the guest in docs/facts.md', () => {
  const block = (page: string) => {
    const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8');
    return /^```yaml\n([\s\S]*?)^```/m.exec(text)?.[1] ?? '';
  };
  const state = readFacts(block('docs/facts.md'), 'facts.yaml');
  const { text } = planFor('migrate', state, { folder: '/export/fast' });
  expect(text.replaceAll(/^ *#.*\n| #.*$/gm, '')).toBe(block('README.md'));
});

test('a backup freezes the file systems where the agent can', () => {
  const quiesce = (domain: Partial<HostState['domain']>) => {
    const { plan, text } = planFor('backup', world({ domain }));
    return [plan.steps[0]?.params['quiesce'], text.includes('The agent cannot freeze')];
  };
  expect(quiesce({})).toEqual([true, false]);
  expect(quiesce({ agent: false })).toEqual([false, true]);
  expect(quiesce({ state: 'paused' })).toEqual([false, true]);
});

test('a name on the host cannot leave its comment', () => {
  const odd = world({ disks: [disk('vda', [SNAP2, '/a\nname: evil\n# \x1b[2J'])] });
  const { text } = planFor('migrate', odd);
  const heading = text.slice(0, text.indexOf('plan: blockplan/v1')).trimEnd().split('\n');
  expect(heading.filter((line) => !line.startsWith('#'))).toEqual([]);
  expect(text).not.toContain('\x1b');
});

test('an edit changes one value, and no other byte', () => {
  const source = 'a: x # why\nb: { c: true, d: [1, "2"] }\n';
  expect(editScalars(source, [{ path: ['a'], value: 'y # z' }])).toBe(
    'a: "y # z" # why\nb: { c: true, d: [1, "2"] }\n',
  );
  expect(
    editScalars(source, [
      { path: ['a'], value: '1' },
      { path: ['b', 'c'], value: false },
    ]),
  ).toBe('a: "1" # why\nb: { c: false, d: [1, "2"] }\n');
  expect(editScalars(source, [{ path: ['a'], value: 'y\nb: z' }])).toBe(
    source.replace('x', '"y\\nb: z"'),
  );
  expect(() => editScalars(source, [{ path: ['b', 'e'], value: '' }])).toThrow('no value at b/e');
});
