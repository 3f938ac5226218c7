/** What is written for a number or a switch in another spelling: the hint for each option of each kind. */
import { describe, expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { readPlan } from '../../../src/plan/read.ts';
import type { OptionSchema } from '../../../src/steps/define.ts';
import { steps } from '../../../src/steps/registry.ts';

/** The hints for one option of a kind with that value, beside other options. */
function hintOf(kind: string, option: string, value: string, others = ''): string | undefined {
  const source = `plan: blockplan/v1\nname: p\ndomain: d\nsteps:\n  - ${kind}: { ${option}: ${value}${others} }\n`;
  try {
    readPlan({ file: 'p.yaml', source, steps });
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return error.findings.find(({ path }) => path?.at(-1) === option)?.hint;
  }
  return undefined;
}

const optionsOf = (type: OptionSchema['type']) =>
  steps.flatMap(({ kind, schema }) =>
    Object.entries(schema.properties)
      .filter(([, option]) => option.type === type)
      .map(([name]) => [kind, name] as const),
  );

test.each(optionsOf('boolean'))('%s: %s, as a word', (kind, option) => {
  expect(hintOf(kind, option, 'yes')).toBe('write true: "yes" is text in YAML 1.2');
  expect(hintOf(kind, option, 'Off')).toBe('write false: "Off" is text in YAML 1.2');
  expect(hintOf(kind, option, "'true'")).toBe('write true without quotes');
});

test.each(
  optionsOf('integer').filter(([, option]) => !/coroutine|parallel|threads|max-chain/.test(option)),
)('%s: %s, with a unit', (kind, option) => {
  const told = [hintOf(kind, option, '5M'), hintOf(kind, option, '5m')];
  const byUnit: Readonly<Record<string, readonly string[]>> = {
    'MiB/s': ['write 5: the unit is MiB/s', 'write 5: the unit is MiB/s'],
    'bytes/s': ['write 5242880: the unit is bytes/s', 'write 5242880: the unit is bytes/s'],
    bytes: ['write 5242880: the unit is bytes', 'write 5242880: the unit is bytes'],
    seconds: ['write 300: the unit is seconds', 'write 300: the unit is seconds'],
  };
  expect(Object.values(byUnit)).toContainEqual(told);
});

describe('a bandwidth', () => {
  test.each([
    ['1M', '', 'write 1: the unit is MiB/s'],
    ['2G', '', 'write 2048: the unit is MiB/s'],
    ['50MiB/s', '', 'write 50: the unit is MiB/s'],
    ['"1 GiB"', '', 'write 1024: the unit is MiB/s'],
    ['1M', ', bytes: true', 'write 1048576: the unit is bytes/s'],
    ['50MB', ', bytes: true', 'write 50000000: the unit is bytes/s'],
    ['1M', ', bytes: false', 'write 1: the unit is MiB/s'],
    ['800K', '', 'Speed limit in MiB/s (in bytes/s with `bytes`).'],
    ['fast', '', 'Speed limit in MiB/s (in bytes/s with `bytes`).'],
    ['99999999999T', '', 'Speed limit in MiB/s (in bytes/s with `bytes`).'],
  ])('%s%s', (value, others, hint) => {
    expect(hintOf('blockcopy', 'bandwidth', value, others)).toBe(hint);
  });
});
