/** References to the guest and to the run: their values, what is refused, and what counts in a review. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockplanError, type Finding } from '../../../src/errors.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { NO_UUID } from '../../../src/model/uuid.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { draftPlan, readPlan } from '../../../src/plan/read.ts';
import { steps } from '../../../src/steps/registry.ts';
import { RUN } from '../../plans.ts';
import { DATA, disk, SNAP2, world } from '../../worlds.ts';

interface Parts {
  readonly vars?: Readonly<Record<string, string>>;
  readonly domain?: string;
  readonly source?: string;
  readonly dest?: string;
  readonly description?: string;
}

/** A plan whose values have these texts. JSON is YAML. */
function text({ vars = {}, domain = 'testvm', ...parts }: Parts): string {
  const { source = '/old', dest = '/new', description = 'a' } = parts;
  const listed = [{ convert: { source, dest } }];
  return JSON.stringify({
    plan: 'blockplan/v1',
    name: 'p',
    description,
    vars,
    domain,
    steps: listed,
  });
}

function draft(parts: Parts, set: Readonly<Record<string, string>> = {}) {
  return draftPlan({ file: 'p.yaml', source: text(parts), set, steps });
}

function resolved(parts: Parts, state = world(), set: Readonly<Record<string, string>> = {}): Plan {
  return draft(parts, set).resolve(state, RUN);
}

function refusal(act: () => unknown): { end: string; lines: string[] } {
  try {
    act();
  } catch (error) {
    if (error instanceof BlockplanError)
      return { end: error.end, lines: error.findings.map(lineOf) };
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The code, the marked part of the plan, the message and the hint. */
function lineOf({ code, message, hint, position }: Finding): string {
  const { source = '', column = 0, length = 0 } = position ?? {};
  return `${code} «${source.slice(column - 1, column - 1 + length)}» ${message} | ${hint}`;
}

const odd = (file: string): HostState => world({ disks: [disk('vda', [file])] });

describe('a reference', () => {
  test.each<[string, string]>([
    ['${guest.name}', 'testvm'],
    ['${guest.uuid}', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0'],
    ['${guest.disks.vda.source}', SNAP2],
    ['${guest.disks.vda.format}', 'qcow2'],
    ['${guest.disks.vdb.source}', DATA],
    ['${guest.disks.vdb.format}', 'raw'],
    ['${guest.disks[vars.disk].source}', DATA],
    ['${run.date}', '2026-11-29'],
    ['${run.time}', '094500'],
    ['${run.id}', RUN],
    ['a ${guest.name} ${run.date}', 'a testvm 2026-11-29'],
    ['${guest.disks.vda.source}.${run.time}', `${SNAP2}.094500`],
    ['$${guest.name}', '${guest.name}'],
    ['${vars.viaVariable}', `${DATA}.bak`],
    ['${vars.disk}', 'vdb'],
  ])('%s has its value', (reference, value) => {
    const vars = { disk: 'vdb', viaVariable: '${guest.disks[vars.disk].source}.bak' };
    expect(resolved({ vars, description: reference }).description).toBe(value);
    const [planned] = resolved({ vars, dest: `/to${reference}` }).steps;
    expect(planned?.params).toMatchObject({ dest: `/to${value}` });
  });

  test('takes the disk that is set', () => {
    const parts = { vars: { disk: 'vda' }, source: '${guest.disks[vars.disk].source}' };
    const { steps: planned } = resolved(parts, world(), { disk: 'vdb' });
    expect(planned[0]?.params).toMatchObject({ source: DATA });
  });

  test('is not needed for a variable that is set', () => {
    const parts = { vars: { source: '${guest.disks.vdz.source}' }, source: '${vars.source}' };
    const { plan } = draft(parts, { source: '/set' });
    expect(plan?.steps[0]?.params).toMatchObject({ source: '/set' });
    // A value from the command line is not a reference.
    const { plan: literal } = draft(parts, { source: '/${guest.name}' });
    expect(literal?.steps[0]?.params).toMatchObject({ source: '/${guest.name}' });
  });

  test('leaves a plan without any as it is', () => {
    const read = draft({});
    expect(read.plan).toBeDefined();
    expect(read.resolve(world({ domain: { state: 'gone' } }), RUN)).toBe(read.plan);
    expect(read.plan?.steps[0]).not.toHaveProperty('reviewed');
  });

  test.each<[string, Parts, string]>([
    [
      'an unknown property of the guest',
      { source: '${guest.nam}' },
      'unknown reference "${guest.nam}" | use guest.name, guest.uuid, run.date',
    ],
    ['the guest alone', { source: '${guest}' }, 'unknown reference "${guest}"'],
    ['an unknown property of a disk', { source: '${guest.disks.vda.size}' }, 'unknown reference'],
    ['a disk alone', { source: '${guest.disks.vda}' }, 'unknown reference'],
    ['an unknown property of the run', { source: '${run.user}' }, 'unknown reference'],
    [
      'a reference in a reference',
      { vars: { disk: 'vda' }, source: '${guest.disks.${vars.disk}.source}' },
      'a reference cannot contain another one | write the name of the variable in brackets',
    ],
    ['a word in brackets', { source: '${guest.disks[vda].source}' }, 'unknown reference'],
    [
      'an undeclared variable in brackets',
      { source: '${guest.disks[vars.disk].source}' },
      'the plan declares no variable "disk"',
    ],
    [
      'a later variable in brackets',
      { vars: { source: '${guest.disks[vars.disk].source}', disk: 'vda' } },
      'the variable "disk" is declared after "source"',
    ],
    ['the domain', { domain: '${guest.name}' }, 'the key "domain" cannot refer to the guest'],
    [
      'the date in the domain',
      { domain: 'a-${run.date}' },
      'the key "domain" cannot refer to the guest',
    ],
    [
      'the domain, by a variable',
      { vars: { a: 'x${guest.uuid}', b: '${vars.a}' }, domain: '${vars.b}' },
      'the key "domain" cannot refer to the guest',
    ],
  ])('is refused without a host: %s', (_what, parts, message) => {
    const { end, lines } = refusal(() => draft(parts));
    expect(end).toBe('input-refused');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(message);
    expect(lines[0]).toMatch(/^BP04[02] «\$\{.*\}» /);
  });

  test.each<[string, Parts, HostState, string]>([
    [
      'a disk that does not exist',
      { source: '${guest.disks.vdz.source}' },
      world(),
      'BP046 «${guest.disks.vdz.source}» the guest "testvm" has no disk "vdz" | use one of its disks: "vda", "vdb" or "sda"',
    ],
    [
      'a disk in a variable',
      { vars: { disk: 'vdc' }, source: '/${guest.disks[vars.disk].format}' },
      world(),
      'BP046 «${guest.disks[vars.disk].format}» the guest "testvm" has no disk "vdc" | use one of its disks: "vda", "vdb" or "sda"',
    ],
    [
      'an empty drive',
      { source: '${guest.disks.sda.source}' },
      world({ disks: [disk('vda', ['/a']), disk('sda', [], { device: 'cdrom' })] }),
      'BP046 «${guest.disks.sda.source}» the disk "sda" of the guest "testvm" has no image | use one of its disks: "vda"',
    ],
    [
      'a guest without disks',
      { source: '${guest.disks.vda.source}' },
      world({ disks: [] }),
      'BP046 «${guest.disks.vda.source}» the guest "testvm" has no disk "vda" | it has no disk with an image',
    ],
    [
      'a UUID that facts do not have',
      { source: '/${guest.uuid}' },
      world({ domain: { uuid: NO_UUID } }),
      'BP046 «${guest.uuid}» the facts do not contain the UUID of the guest',
    ],
    [
      'a line break',
      { source: '${guest.disks.vda.source}' },
      odd('/a\nb'),
      'BP003 «${guest.disks.vda.source}» the value of "guest.disks.vda.source" contains a line break: "/a\\x0ab"',
    ],
    [
      'an escape',
      { source: '${guest.disks.vda.source}' },
      odd('/a\x1b[2J'),
      'BP003 «${guest.disks.vda.source}» the value of "guest.disks.vda.source" contains the control character U+001B',
    ],
    [
      'a name with a line break',
      { source: '/${guest.name}' },
      world({ domain: { name: 'a\nb' } }),
      'BP003 «${guest.name}» the value of "guest.name" contains a line break',
    ],
    [
      'a source that is no path',
      { source: '${guest.disks.vda.source}' },
      odd('rbd:pool/image'),
      'BP050 «"${guest.disks.vda.source}"» "rbd:pool/image" is not an absolute path',
    ],
    [
      'a path that is too long',
      { source: '${guest.disks.vda.source}' },
      odd(`/${'x'.repeat(11_000)}`),
      'BP015 «${guest.disks.vda.source}» the value is longer than 10,000 characters',
    ],
    [
      'a domain that does not exist',
      { source: '${guest.disks.vda.source}' },
      world({ domain: { state: 'gone' } }),
      'BP101 «"testvm"» qemu:///system has no domain "testvm"',
    ],
  ])('is refused on a host: %s', (_what, parts, state, message) => {
    const { end, lines } = refusal(() => resolved(parts, state));
    expect(end).toBe('preflight-refused');
    expect(lines).toEqual([expect.stringContaining(message)]);
  });

  test('is refused by readPlan, which has no guest', () => {
    const source = text({ source: '${guest.disks.vda.source}' });
    const { end, lines } = refusal(() => readPlan({ file: 'p.yaml', source, steps }));
    expect([end, ...lines]).toEqual([
      'input-refused',
      expect.stringContaining(
        'BP046 «${guest.disks.vda.source}» the value of "guest.disks.vda.source" is not known',
      ),
    ]);
  });

  test('counts in a review as a reference only in a name or a description', () => {
    const snapshot = {
      name: 's-${run.date}',
      description: 'of ${guest.disks.vdb.source}, not $${run.date}',
      diskspec: [{ disk: 'vda', file: '/${run.id}' }],
    };
    const source = JSON.stringify({
      ...{ plan: 'blockplan/v1', name: 'p', domain: 'testvm' },
      steps: [{ 'snapshot-create-as': { ...snapshot, 'disk-only': true } }],
    });
    const plan = draftPlan({ file: 'p.yaml', source, steps }).resolve(world(), RUN);
    expect(plan.steps[0]?.reviewed).toEqual({
      name: 's-\0run.date\0',
      description: 'of \0guest.disks.vdb.source\0, not ${run.date}',
    });
  });
});

/** Texts in which an evaluation would show: references, escapes, quotes and syntax of YAML. */
const hostile = fc.stringMatching(/^[a-z"'#: {}[\]$&*|>%@`\\-]{0,20}$/);
const reference = fc.constantFrom(
  ...['${guest.name}', '${vars.a}', '$${x}', '${', '}', '${domain}', '${run.id}'],
);
const value = fc
  .array(fc.oneof(hostile, reference), { maxLength: 4 })
  .map((parts) => `/v${parts.join('')}`);

test('a value is inserted as it is: it is never evaluated, and changes no other value', () => {
  fc.assert(
    fc.property(value, value, fc.boolean(), (file, other, viaVariable) => {
      const state = world({ disks: [disk('vda', [file]), disk('vdb', [other])] });
      const written = '${guest.disks.vda.source}';
      const parts: Parts = viaVariable
        ? { vars: { a: 'A', file: written }, source: '${vars.file}' }
        : { vars: { a: 'A' }, source: written };
      const dest = '/${vars.a}/$${guest.name}/${guest.name}';
      const plan = resolved({ ...parts, dest, description: '${guest.disks.vdb.source}' }, state);
      expect(plan.steps[0]?.params).toEqual({ source: file, dest: '/A/${guest.name}/testvm' });
      expect(plan.description).toBe(other);
      expect([plan.name, plan.domain]).toEqual(['p', 'testvm']);
    }),
  );
});
