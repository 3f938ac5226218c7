/** How the end of virsh and qemu-img is described. */
import { expect, test } from 'vitest';
import { describeExit } from '../../../src/libvirt/exit-text.ts';

test.each([
  [{ code: 1, signal: undefined }, 'qemu-img exited with status 1'],
  [{ code: undefined, signal: 'SIGKILL' }, 'qemu-img was killed by SIGKILL'],
  [{ code: undefined, signal: undefined }, 'qemu-img could not be started'],
])('%j', (exit, text) => {
  expect(describeExit('qemu-img', exit)).toBe(text);
});
