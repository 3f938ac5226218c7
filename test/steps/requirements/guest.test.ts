/** What steps require of the guest and of libvirt: each sentence, and each refusal with its path, message and hint. */
import { describe, expect, test } from 'vitest';
import type { HostState } from '../../../src/model/host-state.ts';
import {
  checkRunning,
  guestUpText,
  requireGuestUp,
  requireLibvirtSince,
} from '../../../src/steps/requirements/guest.ts';
import { neighbour, world } from '../../worlds.ts';
import { refusal } from '../refusal.ts';
import { required, withoutBlocks } from '../required.ts';

describe('a guest', () => {
  const running = (seen: HostState) => withoutBlocks(checkRunning(seen));

  test.each(['running', 'paused'] as const)('that is %s is accepted', (state) => {
    expect(running(world({ domain: { state } }))).toEqual([]);
  });

  test('that is off must be started', () => {
    expect(running(world({ domain: { state: 'shut off' } }))).toEqual([
      refusal(
        'BP102',
        [],
        'the domain "testvm" is shut off: live disk operations require a running guest',
        'start it: virsh start testvm',
      ),
    ]);
  });

  const gone = (change: Partial<HostState> = {}) => ({
    ...world({ domain: { state: 'gone' } }),
    ...change,
  });

  test('that libvirt does not know has a hint for that connection', () => {
    expect(running(gone())).toEqual([
      refusal(
        'BP101',
        [],
        'qemu:///system has no domain "testvm"',
        'see: virsh -c qemu:///system list --all',
      ),
    ]);
    expect(running(gone({ host: { uri: 'qemu:///session' } }))).toEqual([
      refusal(
        'BP101',
        [],
        'qemu:///session has no domain "testvm"',
        'use the system connection with -c qemu:///system: this connection shows only your own guests',
      ),
    ]);
  });

  test('that was misspelt has a hint with the one that was meant', () => {
    const among = (...names: string[]) =>
      running(gone({ others: names.map((name) => neighbour(name, [], [])) })).map(
        ({ hint }) => hint,
      );
    expect(among('mail', 'test-vm')).toEqual(['did you mean "test-vm"?']);
    const see = 'see: virsh -c qemu:///system list --all';
    expect(among('testvm1', 'testvm2')).toEqual([see]);
    expect(among('mail')).toEqual([see]);
  });

  test('that the facts do not have needs new facts', () => {
    expect(running(gone({ untold: ['uri'] }))).toEqual([
      refusal(
        'BP101',
        [],
        'the domain "testvm" does not exist, according to the facts',
        'export new facts once it exists: blockplan facts testvm',
      ),
    ]);
    expect(running(gone({ untold: ['state'] })).map(({ message }) => message)).toEqual([
      'qemu:///system has no domain "testvm"',
    ]);
  });

  test('is described as running or paused', () => {
    const paused = world({ domain: { state: 'paused' } });
    expect([guestUpText(world()), guestUpText(paused)]).toEqual([
      'the guest is running',
      'the guest is paused',
    ]);
  });

  test('must be up, in one clause with another requirement', () => {
    const also = refusal('BP106', [], 'it is not so');
    const up = (seen: HostState, ...more: readonly (typeof also)[]) =>
      required((needs) => requireGuestUp(needs, seen, ', and it is so', more));
    const texts = ['the guest is running, and it is so [told state]'];
    expect(up(world())).toEqual({ texts, findings: [], value: true });
    expect(up(world(), also)).toEqual({ texts, findings: [also], value: false });
    const off = world({ domain: { state: 'shut off' } });
    expect(up(off, also)).toEqual({ texts, findings: running(off), value: false });
    expect(
      required((needs) => requireGuestUp(needs, world({ domain: { state: 'paused' } }))),
    ).toEqual({
      ...{ texts: ['the guest is paused [told state]'], findings: [], value: true },
    });
  });
});

test.each([
  [{ 'keep-tpm': true }, '8.8.0', true],
  [{ 'keep-tpm': true }, '8.9.0', false],
  [{ 'keep-tpm': true }, '10.0.0', false],
  [{ 'keep-tpm': true }, undefined, false],
  [{ 'keep-tpm': false }, '8.8.0', false],
  [{}, '8.8.0', false],
])('an option that requires a newer libvirt: %j with libvirt %s', (params, libvirt, refused) => {
  const seen = world();
  const host = { ...seen.host, ...(libvirt === undefined ? {} : { libvirt }) };
  const { texts, findings } = required((needs) =>
    requireLibvirtSince(needs, { ...seen, host }, params, 'keep-tpm', '8.9.0'),
  );
  const known = libvirt === undefined ? 'run' : 'domain';
  expect(texts).toEqual(
    'keep-tpm' in params && params['keep-tpm']
      ? [`libvirt is 8.9.0 or newer, for "keep-tpm" [${known}]`]
      : [],
  );
  expect(findings).toEqual(
    refused
      ? [
          refusal(
            'BP130',
            ['keep-tpm'],
            '"keep-tpm" requires libvirt 8.9.0, but the host has 8.8.0',
            'leave "keep-tpm" out, or use a newer libvirt',
          ),
        ]
      : [],
  );
});
