/** One effect: what is recorded before and after it, and what happens when it fails. */

import { describe, expect, test } from 'vitest';
import type { Effect, VirshEffect, VirshTerms } from '../../../src/commands/effect.ts';
import { BlockplanError } from '../../../src/errors.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import {
  appendRecord,
  isBestEffort,
  isConnectionLost,
  performEffect,
  reasonOf,
  recordIntent,
  withOverwritten,
} from '../../../src/run/perform-effect.ts';
import type { Request } from '../../../src/run/requests.ts';
import { home, setHost } from '../../../src/run/run-state.ts';
import { answered, asks, runStateIn, seeing } from '../../answered.ts';
import { virshEffect } from '../../effects.ts';
import { hostForPlans } from '../../plans.ts';
import { SNAP2 } from '../../worlds.ts';

const REF = { step: 's', phase: 'p' };
const PLACE = { ...REF, on: LOCAL };
const virsh = (words: readonly string[], more: Partial<VirshTerms> = {}): VirshEffect =>
  virshEffect(words, { why: 'try it', ...more });
const resume = virsh(['resume', '--domain', 'testvm']);
const remove: Effect = { tool: 'remove-file', file: SNAP2, why: 'remove it' };
const lost = new BlockplanError('uncertain', [
  { code: 'BP198', severity: 'error', message: 'libvirt is away' },
]);
const refused = new EffectFailed('the host says no');

describe('an effect', () => {
  test('is emitted, recorded, performed, and its outcome recorded', () => {
    const { asked } = answered(performEffect(runStateIn(hostForPlans()), PLACE, 'do', resume));
    expect(asked).toEqual([
      {
        ask: 'tell',
        event: {
          ...{ event: 'command', ...REF, direction: 'do' },
          ...{ command: 'virsh resume --domain testvm', why: 'try it' },
        },
      },
      {
        ask: 'append',
        entry: { type: 'intent', ...PLACE, direction: 'do', effect: resume },
        sync: true,
      },
      { ask: 'perform', ...PLACE, direction: 'do', effect: resume },
      { ask: 'append', entry: { type: 'outcome', ...REF, direction: 'do' }, sync: false },
    ]);
  });

  test('that is refused ends its phase, with the reason recorded', () => {
    const run = runStateIn(hostForPlans());
    const asked: Request[] = [];
    const answer = (request: Request) => {
      asked.push(request);
      return request.ask === 'perform' ? refused : undefined;
    };
    expect(() => answered(performEffect(run, PLACE, 'do', resume), answer)).toThrow(refused);
    expect(asked.at(-1)).toEqual({
      ask: 'append',
      entry: { type: 'outcome', ...REF, direction: 'do', error: 'the host says no' },
      sync: false,
    });
  });

  test('without a connection has no outcome', () => {
    const asked: Request[] = [];
    const answer = (request: Request) => {
      asked.push(request);
      return request.ask === 'perform' ? lost : undefined;
    };
    expect(() =>
      answered(performEffect(runStateIn(hostForPlans()), PLACE, 'do', resume), answer),
    ).toThrow(lost);
    expect(asked.at(-1)?.ask).toBe('perform');
  });

  test('is remembered as begun until it is answered', () => {
    const run = runStateIn(hostForPlans());
    const known: unknown[] = [];
    const earlier = { effect: remove, known: 'seen' } as const;
    setHost(run, LOCAL, { since: [earlier] });
    answered(performEffect(run, PLACE, 'do', resume), ({ ask }) => {
      if (ask === 'perform') known.push(...home(run).since);
    });
    expect(known).toEqual([earlier, { effect: resume, known: 'begun' }]);
    expect(home(run).since).toEqual([earlier, { effect: resume, known: 'said' }]);
  });

  test.each([
    ['is forgotten if it was never begun', false],
    ['is remembered as begun if it was refused', true],
  ])('%s', (_title, begun) => {
    const run = runStateIn(hostForPlans());
    const earlier = { effect: remove, known: 'seen' } as const;
    setHost(run, LOCAL, { since: [earlier] });
    const records: unknown[] = [];
    const go = () =>
      answered(performEffect(run, PLACE, 'do', resume), (request) => {
        if (request.ask === 'append') records.push(request.entry);
        return request.ask === 'perform' ? new EffectFailed('no', { begun }) : undefined;
      });
    expect(go).toThrow('no');
    expect(home(run).since).toEqual(
      begun ? [earlier, { effect: resume, known: 'begun' }] : [earlier],
    );
    const outcome = { type: 'outcome', ...REF, direction: 'do', error: 'no' };
    expect(records.at(-1)).toEqual(begun ? outcome : { ...outcome, unbegun: true });
  });

  test('that is best effort does not end the phase when it is refused, and leaves its doubt', () => {
    const thaw = virsh(['domfsthaw', '--domain', 'testvm'], {
      optional: true,
      doubt: 'it may be frozen',
    });
    const run = runStateIn(hostForPlans());
    const earlier = { text: 'another', on: LOCAL };
    run.doubts = [earlier];
    const { asked } = answered(
      performEffect(run, PLACE, 'undo', thaw),
      seeing(hostForPlans(), refused),
    );
    expect(asked.at(-1)).toEqual({
      ask: 'tell',
      event: { event: 'notice', message: 'the host says no' },
    });
    expect(run.doubts).toEqual([earlier, { text: 'it may be frozen', on: LOCAL, retry: thaw }]);
  });

  test('that is best effort does not hide a bug', () => {
    const thaw = virsh(['domfsthaw', '--domain', 'testvm'], { optional: true });
    const bug = new TypeError('x is no function');
    const answer = seeing(hostForPlans(), bug);
    expect(() =>
      answered(performEffect(runStateIn(hostForPlans()), PLACE, 'undo', thaw), answer),
    ).toThrow(bug);
  });

  test('that overwrites a file is remembered, once', () => {
    const run = runStateIn(hostForPlans());
    const words = ['blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', '/new/c'];
    const copy = virsh(words, { loses: ['/new/c'] });
    answered(performEffect(run, PLACE, 'do', copy));
    answered(performEffect(run, PLACE, 'do', copy));
    answered(performEffect(run, PLACE, 'do', resume));
    expect(home(run).overwritten).toEqual(['/new/c']);
    expect(withOverwritten(['/a'], copy)).toEqual(['/a', '/new/c']);
    const other = { ...copy, loses: ['/new/d'] };
    const never = seeing(hostForPlans(), new EffectFailed('no', { begun: false }));
    expect(() => answered(performEffect(run, PLACE, 'do', other), never)).toThrow('no');
    expect(home(run).overwritten).toEqual(['/new/c']);
  });
});

describe('the definition', () => {
  const bundle = { definition: '<domain/>', autostart: true, snapshots: [], checkpoints: [] };
  const keep: Effect = { tool: 'keep-definition', why: 'keep it' };

  test('is on disk before the run relies on it', () => {
    const run = runStateIn(hostForPlans());
    const { asked } = answered(performEffect(run, PLACE, 'do', keep), ({ ask }) =>
      ask === 'bundle' ? bundle : undefined,
    );
    expect(asks(asked)).toEqual(['tell', 'intent', 'bundle', 'kept', 'outcome']);
    expect(asked[3]).toEqual({
      ask: 'append',
      entry: { type: 'kept', on: LOCAL, bundle },
      sync: true,
    });
    expect(home(run).kept).toBe(bundle);
  });

  test('that cannot be recorded is not relied on', () => {
    const run = runStateIn(hostForPlans());
    const answer = (request: Request) => {
      if (request.ask === 'bundle') return bundle;
      const kept = request.ask === 'append' && request.entry.type === 'kept';
      return kept ? new Error('ENOSPC') : undefined;
    };
    expect(() => answered(performEffect(run, PLACE, 'do', keep), answer)).toThrow(
      'the journal cannot be written: ENOSPC',
    );
    expect(home(run).kept).toBeUndefined();
  });
});

describe('a journal that cannot be written', () => {
  const entry = { type: 'run-left', by: 'u' } as const;
  const full = () => new Error('ENOSPC');
  const notice = {
    ask: 'tell',
    event: { event: 'notice', message: 'the journal cannot be written: ENOSPC' },
  };
  const answer = ({ ask }: Request) => (ask === 'append' ? full() : undefined);

  test('stops a forward run before anything is done', () => {
    expect(() => answered(recordIntent('do', entry), answer)).toThrow(
      new EffectFailed('the journal cannot be written: ENOSPC', { begun: false }),
    );
  });

  test('does not stop a rollback, nor a record of what has happened', () => {
    expect(answered(recordIntent('undo', entry), answer).asked.at(-1)).toEqual(notice);
    expect(answered(appendRecord(entry), answer).asked.at(-1)).toEqual(notice);
  });

  test('is synced before an effect and at the end', () => {
    const syncs = (asked: readonly Request[]) => asked.map((each) => 'sync' in each && each.sync);
    expect(syncs(answered(recordIntent('do', entry)).asked)).toEqual([true]);
    expect(syncs(answered(recordIntent('do', entry, false)).asked)).toEqual([false]);
    expect(syncs(answered(appendRecord(entry)).asked)).toEqual([false]);
    const end = { type: 'run-finished', end: 'succeeded', interrupted: false, state: [], next: [] };
    expect(
      syncs(
        answered(appendRecord(end as typeof end & { type: 'run-finished'; end: 'succeeded' }))
          .asked,
      ),
    ).toEqual([true]);
  });
});

describe('an error', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  test.each([
    ['of the host keeps its message', refused, 'the host says no'],
    ['of blockplan keeps its message', lost, 'libvirt is away'],
    ['of the system keeps its message', full, 'no space left'],
    ['of any other kind is a bug', new TypeError('x'), 'a bug in blockplan: x'],
  ])('%s', (_title, error, reason) => {
    expect(reasonOf(error)).toBe(reason);
  });

  test('is a lost connection only if the end would be uncertain', () => {
    const finding = { code: 'BP100', severity: 'error', message: 'x' } as const;
    expect(isConnectionLost(lost)).toBe(true);
    expect(isConnectionLost(new BlockplanError('preflight-refused', [finding]))).toBe(false);
    expect(isConnectionLost(refused)).toBe(false);
  });
});

test('only a virsh command and the start of a thaw guard can be best effort', () => {
  expect(isBestEffort(resume)).toBe(false);
  expect(isBestEffort({ ...resume, optional: true })).toBe(true);
  const arm = { tool: 'arm-thaw', timeoutMs: 1, agentTimeout: 1, why: '' } as const;
  expect([isBestEffort(arm), isBestEffort({ ...arm, optional: true })]).toEqual([false, true]);
  expect(isBestEffort({ ...remove, optional: true } as unknown as Effect)).toBe(false);
});
