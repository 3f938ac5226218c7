/** Observations of the host around an effect, and what a rollback may write to or remove because of them. */

import { describe, expect, test } from 'vitest';
import type { Effect, VirshEffect, VirshTerms } from '../../../src/commands/effect.ts';
import { endState } from '../../../src/machine/machine.ts';
import { type HostState, withDisk, withDomain, withFile } from '../../../src/model/host-state.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { conclude } from '../../../src/run/conclude.ts';
import { observe, performEffect, withHeaders } from '../../../src/run/perform-effect.ts';
import type { Request } from '../../../src/run/requests.ts';
import { home, type RunState } from '../../../src/run/run-state.ts';
import { answered, asks, courseKnowing, runStateIn, seeing } from '../../answered.ts';
import { qemuImgEffect, virshEffect } from '../../effects.ts';
import { hostForPlans } from '../../plans.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2 } from '../../worlds.ts';

const REF = { step: 's', phase: 'p', on: LOCAL };
const virsh = (words: readonly string[], more: Partial<VirshTerms> = {}): VirshEffect =>
  virshEffect(words, { why: 'try it', ...more });
const remove: Effect = { tool: 'remove-file', file: SNAP2, why: 'remove it' };

describe('the file that a stopped guest last wrote to', () => {
  const off = withDomain(hostForPlans(), { state: 'shut off' });
  const reason = `the guest has stopped, and it last wrote to ${SNAP2}: the file is left alone`;
  const move: Effect = { tool: 'move-file', file: SNAP2, to: '/x', why: 'move it' };

  test.each([
    ['removed', remove],
    ['moved', move],
    ['removed under another name', { ...remove, file: '/export//vmimages/testvm.snap2' }],
  ] as const)('is never %s', (_title, effect) => {
    const run = courseKnowing(hostForPlans(), { lastSeen: off });
    expect(() => answered(performEffect(run, REF, 'undo', effect))).toThrow(
      reason.replace(SNAP2, effect.file),
    );
  });

  test('is never removed, nor is the data file with its content', () => {
    const seen = withDisk(hostForPlans(), 'vda', (each) => ({
      ...each,
      chain: each.chain.map((layer, at) => (at > 0 ? layer : { ...layer, dataFiles: ['/d'] })),
    }));
    const run = courseKnowing(seen, { lastSeen: off });
    const data: Effect = { ...remove, file: '/d' };
    expect(() => answered(performEffect(run, REF, 'undo', data))).toThrow('last wrote to /d');
  });

  test('is not a lower layer', () => {
    const run = courseKnowing(hostForPlans(), { lastSeen: off });
    const { asked } = answered(performEffect(run, REF, 'undo', { ...remove, file: SNAP1 }));
    expect(asks(asked)).toContain('perform');
  });

  test('does not matter while the guest is up: the driver checks the chain itself', () => {
    expect(
      asks(answered(performEffect(runStateIn(hostForPlans()), REF, 'undo', remove)).asked),
    ).toContain('perform');
    const paused = withDomain(hostForPlans(), { state: 'paused' });
    const run = courseKnowing(hostForPlans(), { lastSeen: paused });
    expect(asks(answered(performEffect(run, REF, 'undo', remove)).asked)).toContain('perform');
  });
});

describe('a rollback that writes to existing files', () => {
  const commit = (...more: string[]) =>
    virsh(['blockcommit', '--domain', 'testvm', '--path', 'vda', ...more]);
  const copy = virsh(['blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', SNAP2], {
    writesInto: [SNAP2],
  });
  const convert = ['convert', '-p', '-n', '-W', '-m', '8', '-O', 'qcow2', '/q', SNAP2];
  const used = (file: string) => ({
    ...hostForPlans(),
    others: [neighbour('clone', [file], [])],
  });

  test.each<readonly [string, Effect, string, boolean]>([
    ['the base of a commit', commit('--base', SNAP1), SNAP1, true],
    ['the base of a commit by another name', commit('--base', `/export/../${SNAP1}`), SNAP1, true],
    ['the base of a commit by its index', commit('--base', 'vda[2]'), SNAP1, true],
    ['a layer below the base that its index names', commit('--base', 'vda[2]'), BASE, false],
    ['a layer below the top one, which is its own base', commit('--base', SNAP2), BASE, false],
    ['a layer above the base', commit('--base', SNAP1), SNAP2, true],
    ['a layer below the base', commit('--base', SNAP1), BASE, false],
    ['the layer below the top one', commit('--shallow'), SNAP1, true],
    ['a layer below a shallow commit', commit('--shallow'), BASE, false],
    ['the base below another top', commit('--shallow', '--top', SNAP1), BASE, true],
    ['the deepest layer, without a base', commit(), BASE, true],
    ['a file outside of the chain', commit(), '/else', false],
    ['the image of a copy', copy, SNAP2, true],
    ['a layer that a copy does not write to', copy, BASE, false],
    ['the image of a conversion', qemuImgEffect(convert), SNAP2, true],
    [
      'what another command names',
      virsh(['blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', SNAP1]),
      SNAP1,
      false,
    ],
  ])('if another guest uses %s', (_title, effect, file, stops) => {
    const answer = seeing(used(file));
    const go = () =>
      answered(performEffect(runStateIn(hostForPlans()), REF, 'undo', effect), answer);
    if (stops) expect(go).toThrow(`${file} is now in another guest's backing chain`);
    else expect(asks(go().asked)).toContain('perform');
  });

  test('writes to nothing on a disk that is gone', () => {
    const gone = { ...used(BASE), domain: { ...used(BASE).domain, disks: [] } };
    const { asked } = answered(
      performEffect(runStateIn(hostForPlans()), REF, 'undo', commit()),
      seeing(gone),
    );
    expect(asks(asked)).toContain('perform');
  });

  test('observes the host just before it writes, and a forward run does not', () => {
    const answer = seeing(used('/else'));
    const back = answered(performEffect(runStateIn(hostForPlans()), REF, 'undo', commit()), answer);
    expect(asks(back.asked)).toEqual(['tell', 'intent', 'observe', 'survey', 'perform', 'outcome']);
    expect(back.asked[3]).toMatchObject({ ask: 'survey', files: [] });
    const forward = answered(
      performEffect(runStateIn(hostForPlans()), REF, 'do', commit()),
      seeing(used(BASE)),
    );
    expect(asks(forward.asked)).toEqual(['tell', 'intent', 'perform', 'outcome']);
  });
});

describe('an observation', () => {
  const kept = { definition: '<domain/>', autostart: true, snapshots: [], checkpoints: [] };
  const resume = virsh(['resume', '--domain', 'testvm']);
  const since = [{ effect: resume, known: 'said' }] as const;

  test('requests the files of the plan, and adds what the journal keeps', () => {
    const run = courseKnowing(hostForPlans(), { kept, since });
    const seen = withFile(hostForPlans(), '/new/c', null);
    const { asked, value } = answered(observe(run, LOCAL), () => seen);
    expect(asked).toEqual([{ ask: 'observe', on: LOCAL, files: ['/new/c'] }]);
    expect(value).toEqual(withDomain(seen, { kept }));
    expect(home(run)).toMatchObject({ lastSeen: value, lastUp: [value], since: [] });
  });

  test('of a stopped guest keeps where it was last seen to write', () => {
    const run = courseKnowing(hostForPlans(), { since });
    const off = withDomain(hostForPlans(), { state: 'shut off' });
    expect(answered(observe(run, LOCAL), () => off).value).toBe(off);
    const { initial: begun } = home(run);
    expect(home(run)).toMatchObject({ lastSeen: off, lastUp: [begun], since });
  });
});

describe('the names in the headers of layers', () => {
  const before = {
    ...withFile(hostForPlans(), SNAP2, { size: 5, backing: 'testvm.snap1' }),
    names: { [SNAP1]: '1', [SNAP2]: '2' },
  };
  const now = { ...hostForPlans(), names: { [SNAP2]: '3' } };
  const headed = hostForPlans();
  const look = (was: HostState, is: HostState) =>
    answered(withHeaders(LOCAL, was, is), () => headed);

  test('are unchanged if nothing has changed', () => {
    const { asked, value } = look(before, now);
    expect(asked).toEqual([]);
    expect(value.files[SNAP2]).toEqual({ ...now.files[SNAP2], backing: 'testvm.snap1' });
    expect(value.files[SNAP1]).toEqual(now.files[SNAP1]);
    expect(value.names).toEqual({ [SNAP1]: '1', [SNAP2]: '3' });
  });

  test('are unknown for a layer that was not read before', () => {
    const { [SNAP2]: _unseen, ...files } = before.files;
    expect(look({ ...before, files }, now).value).toBe(now);
  });

  test('are kept if they were read', () => {
    const seen = withFile(now, SNAP2, { size: 5, backing: null });
    expect(look(before, seen).value).toBe(seen);
    expect(look(now, now).value).toBe(now);
    const gone = withFile(now, SNAP2, null);
    expect(look(before, gone).value).toBe(gone);
  });

  test.each([
    ['a definition', withDomain(now, { definition: '<domain/>' })],
    ['a chain', withDisk(now, 'vda', (each) => ({ ...each, chain: each.chain.slice(1) }))],
    ['a target', withDisk(now, 'vda', (each) => ({ ...each, target: 'vdx' }))],
    ['the number of disks', withDomain(now, { disks: [...now.domain.disks, disk('vdb', [DATA])] })],
  ])('are read again if %s has changed', (_title, changed) => {
    const { asked, value } = look(before, changed);
    expect(asked).toEqual([{ ask: 'headers', on: LOCAL, state: changed }]);
    expect(value).toBe(headed);
  });
});

describe('the end of a run that succeeded', () => {
  const before = hostForPlans();
  const after = withDisk(before, 'vda', (each) => ({ ...each, chain: each.chain.slice(1) }));
  const answer = (request: Request) =>
    request.ask === 'headers' ? request.state : seeing(after)(request);

  /** The last phase began in that state, and led to `after`. */
  const ended = (last: HostState | undefined): RunState => ({
    ...courseKnowing(before, { now: after }),
    state: endState('succeeded'),
    phaseStarts: [undefined, last && { before: last, start: before }],
  });

  test('reads the headers where the last phase changed no chain, since none read them', () => {
    expect(asks(answered(conclude(ended(after)), answer).asked)).toContain('headers');
    expect(asks(answered(conclude(ended(undefined)), answer).asked)).toContain('headers');
  });

  test('keeps those that the last phase has read', () => {
    expect(asks(answered(conclude(ended(before)), answer).asked)).not.toContain('headers');
  });

  test('reads them again where a chain has changed since', () => {
    const seen = (request: Request) =>
      request.ask === 'headers' ? request.state : seeing(before)(request);
    expect(asks(answered(conclude(ended(before)), seen).asked)).toContain('headers');
  });
});
