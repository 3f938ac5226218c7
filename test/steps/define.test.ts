import { expect, test } from 'vitest';
import { commandLine } from '../../src/command.ts';
import { NoRollback } from '../../src/steps/define.ts';

test('a rollback that is impossible says why, and what a person can type', () => {
  const list = commandLine('virsh', 'list');
  const error = new NoRollback('the guest is off', [list]);
  expect(String(error)).toBe('NoWayBack: the guest is off');
  expect(error.next).toEqual([list]);
  expect(new NoRollback('the guest is off').next).toEqual([]);
});
