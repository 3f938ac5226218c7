import { expect, test } from 'vitest';
import { commandLine } from '../../src/command.ts';
import { NoRollback } from '../../src/steps/define.ts';

test('an impossible rollback gives the reason, and the commands that a person can run', () => {
  const list = commandLine('virsh', 'list');
  const error = new NoRollback('the guest is off', [list]);
  expect(String(error)).toBe('NoRollback: the guest is off');
  expect(error.next).toEqual([list]);
  expect(new NoRollback('the guest is off').next).toEqual([]);
});
