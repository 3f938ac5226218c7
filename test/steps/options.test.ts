import { expect, test } from 'vitest';
import { optionsOf } from '../../src/steps/options.ts';

interface Params {
  readonly shallow?: boolean;
  readonly bandwidth?: number;
  readonly base?: string;
}

test('a flag is there where the parameter is true', () => {
  expect(optionsOf<Params>({ shallow: true }).flag('shallow')).toEqual(['--shallow']);
  expect(optionsOf<Params>({ shallow: false }).flag('shallow')).toEqual([]);
  expect(optionsOf<Params>({}).flag('shallow')).toEqual([]);
});

test('a value is there where it is given, also where it is nothing', () => {
  expect(optionsOf<Params>({ bandwidth: 10 }).value('bandwidth')).toEqual(['--bandwidth', '10']);
  expect(optionsOf<Params>({ bandwidth: 0 }).value('bandwidth')).toEqual(['--bandwidth', '0']);
  expect(optionsOf<Params>({ base: '' }).value('base')).toEqual(['--base', '']);
  expect(optionsOf<Params>({}).value('base')).toEqual([]);
});
