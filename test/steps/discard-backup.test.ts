/** The rollback of a backup that is not kept. */
import { expect, test } from 'vitest';
import { commandText } from '../../src/commands/effect-text.ts';
import { simulatedHostOf } from '../../src/host/simulated-host.ts';
import type { HostState } from '../../src/model/host-state.ts';
import { apply } from '../../src/simulate/host.ts';
import { discardBackup } from '../../src/steps/rollbacks/discard-backup.ts';
import { virshEffect } from '../effects.ts';
import { disk, looked, SNAP1, world } from '../worlds.ts';

const DRAFT = '/store/a.partial';
const before = looked(world({ disks: [disk('vda', [SNAP1])] }), [DRAFT]);
const paused = (more: object): HostState => ({
  ...before,
  domain: { ...before.domain, state: 'paused', ...more },
});
const RESUME = 'virsh resume --domain testvm';

test.each([
  ['by a failed copy', before, paused({ ioError: true }), [RESUME]],
  ['by an operator', before, paused({}), []],
  ['before the backup', paused({ ioError: true }), paused({ ioError: true }), []],
])('a guest that was paused %s', (_how, then, now, commands) => {
  expect(discardBackup(then, now, DRAFT, ['vda']).map(commandText)).toEqual(commands);
});

test('a guest that continues has no error', () => {
  const host = simulatedHostOf(paused({ ioError: true }));
  const { domain } = apply(host, virshEffect(['resume', '--domain', 'testvm'])).state;
  expect([domain.state, domain.ioError]).toEqual(['running', undefined]);
});
