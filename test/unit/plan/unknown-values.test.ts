/** What is reported of a plan without its guest: only what holds for every guest, in the words of the plan. */
import { describe, expect, test } from 'vitest';
import { BlockplanError, type Finding } from '../../../src/errors.ts';
import { draftPlan } from '../../../src/plan/read.ts';
import { steps } from '../../../src/steps/registry.ts';
import { RUN } from '../../plans.ts';
import { disk, SNAP2, world } from '../../worlds.ts';

type Data = Readonly<Record<string, unknown>>;

const VARS = { disk: 'vda', name: '${guest.name}' };

/** A plan with one step, or with other parts. JSON is YAML. */
function draft(step: Data, parts: Data = {}) {
  const plan = { plan: 'blockplan/v1', name: 'p', domain: 'testvm', vars: VARS, ...parts };
  const source = JSON.stringify({ ...plan, steps: [step] });
  return draftPlan({ file: 'p.yaml', source, steps });
}

function findingsOf(step: Data, parts?: Data): readonly Finding[] {
  try {
    return draft(step, parts).warnings;
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return error.findings;
  }
}

const told = (step: Data, parts?: Data) =>
  findingsOf(step, parts).map(({ code, message }) => `${code} ${message}`);

const convert = (source: string, dest: string, more: Data = {}) => ({
  convert: { source, dest, ...more },
});
const snapshot = (name: string, ...diskspec: readonly Data[]) => ({
  'snapshot-create-as': { name, 'disk-only': true, diskspec },
});
const copy = (more: Data) => ({ blockcopy: { disk: 'vda', dest: '/a', pivot: true, ...more } });

describe('a value that is not known yet decides no check:', () => {
  test.each<[string, Data]>([
    ['a path', convert('${guest.disks.vda.source}', '/b')],
    ['a part of a path', convert('/a', '${guest.disks.vda.source}.${run.id}')],
    ['a path from a name', convert('/a', '${guest.name}')],
    ['a path from a format', convert('/a', '${guest.disks.vda.format}')],
    ['a path with a source inside', convert('/a', '/copies/${guest.disks.vda.source}')],
    ['the same path as the example', convert('${guest.disks.vda.source}', '/guest')],
    [
      'two disks that may have one file',
      convert('${guest.disks.vda.source}', '${guest.disks.vdb.source}'),
    ],
    ['a format', copy({ format: '${guest.disks.vda.format}' })],
    [
      'a format beside another option',
      copy({ format: '${guest.disks.vda.format}', shallow: true }),
    ],
    [
      'the options of a format',
      convert('/a', '/b', { 'target-format': '${guest.disks.vda.format}', compress: true }),
    ],
    ['the name of a snapshot', snapshot('${guest.name}', { disk: 'vda' })],
    [
      'the name of a snapshot that is a path',
      snapshot('${guest.disks.vda.source}', { disk: 'vda' }),
    ],
    ['a disk that may be listed', snapshot('s', { disk: 'guest' }, { disk: '${guest.name}' })],
    ['a disk by a variable', snapshot('s', { disk: 'vda' }, { disk: '${vars.name}' })],
    ['a path of a disk by a variable', convert('${guest.disks[vars.name].source}', '/b')],
  ])('%s', (_what, step) => {
    expect(told(step)).toEqual([]);
  });

  test('of a hook', () => {
    const hooks = (command: string) => ({ hooks: { before: { command: [command] } } });
    expect(told(convert('/a', '/b'), hooks('${guest.disks.vda.source}'))).toEqual([]);
    expect(told(convert('/a', '/b'), hooks('${guest.name}'))).toEqual([]);
    expect(told(convert('/a', '/b'), hooks('bin/${guest.name}'))).toEqual([
      'BP050 the program of a hook must be an absolute path, but is "bin/${guest.name}"',
    ]);
  });

  test('and is checked once it is known', () => {
    const { resolve } = draft(convert('${guest.disks.vda.source}', SNAP2));
    expect(() => resolve(world(), RUN)).toThrow('source and dest are the same file');
    const elsewhere = world({ disks: [disk('vda', ['/elsewhere'])] });
    expect(resolve(elsewhere, RUN).steps).toHaveLength(1);
  });
});

describe('what is wrong with every value is reported, with the references of the plan:', () => {
  test.each<[string, Data, string]>([
    [
      'a path that is not absolute',
      convert('/a', 'backup/${guest.name}-${run.date}.qcow2'),
      'BP050 "backup/${guest.name}-${run.date}.qcow2" is not an absolute path',
    ],
    [
      'a path that is not plain',
      convert('/a', '/b/../${run.id}/${run.time}'),
      'BP050 "/b/../${run.id}/${run.time}" is not a plain path to a file',
    ],
    [
      'the date as a path',
      convert('${run.date}', '/b'),
      'BP050 "${run.date}" is not an absolute path',
    ],
    [
      'a disk that is listed twice',
      snapshot('s', { disk: '${guest.name}' }, { disk: '${vars.name}' }),
      'BP057 ${guest.name} is listed twice',
    ],
    [
      'a text for a switch',
      copy({ shallow: '${guest.disks.vda.format}' }),
      'BP021 "shallow" must be true or false, but is "${guest.disks.vda.format}"',
    ],
    [
      'a text for a number',
      copy({ bandwidth: '${run.time}' }),
      'BP021 "bandwidth" must be a whole number of at least 1, but is "${run.time}"',
    ],
    [
      'a path of a disk by a variable of the guest',
      copy({ shallow: '${guest.disks[vars.name].source}' }),
      'BP021 "shallow" must be true or false, but is "${guest.disks.${guest.name}.source}"',
    ],
    [
      'what does not concern the reference',
      copy({ dest: '${guest.disks.vda.source}.copy', finish: true }),
      'BP051 "pivot" and "finish" are mutually exclusive',
    ],
  ])('%s', (_what, step, finding) => {
    expect(told(step)).toEqual([finding]);
  });

  test('with a name of bounded length, whatever the disk is called', () => {
    const names = Array.from({ length: 60 }, (_, at) => [
      `v${at + 1}`,
      '${guest.disks[vars.vN].source}'.replace('N', `${at}`).repeat(2),
    ]);
    const vars = { ...Object.fromEntries(names), v0: '${guest.name}' };
    const ordered = { v0: vars.v0, ...vars };
    const [message = ''] = told(copy({ shallow: '${vars.v60}' }), { vars: ordered });
    expect(message).toContain('"shallow" must be true or false');
    expect(message.length).toBeLessThan(500);
    // A literal sign is no reference to itself.
    const odd = copy({ shallow: '${guest.disks[vars.d].source}' });
    expect(told(odd, { vars: { d: '\ue000' } })[0]).toContain('must be true or false');
  });

  test('in hints too, and in the order of the text', () => {
    const findings = findingsOf({
      'snapshot-create-as': { name: 's', 'disk-only': '${run.date}', quiesce: '${run.time}' },
    });
    expect(findings.map(({ position }) => position?.column)).toEqual(
      findings.map(({ position }) => position?.column ?? 0).toSorted((a, b) => a - b),
    );
    expect(JSON.stringify(findings)).not.toMatch(/[\ue000-\uf8ff]/);
  });
});

describe('a plan with the same values', () => {
  const parts = convert('${guest.disks.vda.source}', '/b/${run.date}');

  test('is not read again', () => {
    const { resolve } = draft(parts);
    expect(resolve(world(), RUN)).toBe(resolve(world({ domain: { agent: false } }), RUN));
  });

  test('is read again for another disk or date', () => {
    const { resolve } = draft(parts);
    const before = resolve(world(), RUN);
    const other = resolve(world({ disks: [disk('vda', ['/other'])] }), RUN);
    expect(other.steps[0]?.params).toEqual({ source: '/other', dest: '/b/2026-11-29' });
    const later = resolve(world(), '20270101-000000-000000');
    expect(later.steps[0]?.params).toEqual({ source: SNAP2, dest: '/b/2027-01-01' });
    expect(before.steps[0]?.params).toEqual({ source: SNAP2, dest: '/b/2026-11-29' });
  });
});
