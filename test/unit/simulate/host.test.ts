import { describe, expect, test } from 'vitest';
import { guestWrites, type SimulatedHost } from '../../../src/host/simulated-host.ts';
import { apply } from '../../../src/simulate/host.ts';
import { guestDies, lostAtNextStart, lostWrites } from '../../../src/simulate/host-faults.ts';
import { Identities } from '../../../src/simulate/identities.ts';
import { observedState, surveyedState } from '../../../src/simulate/observed-host.ts';
import { BASE, SNAP1, SNAP2 } from '../../worlds.ts';
import {
  blockjob,
  commit,
  copy,
  DEST,
  filesOn,
  hostAfter,
  overlay,
  ready,
  virsh,
} from './host-after.ts';

const ids = new Identities();

/** Two hosts with the same key behave the same, whatever their history. */
const keyOf = (host: SimulatedHost) => ids.of(host);

describe('the data that the guest wrote', () => {
  test('is found after a copy and its pivot, a commit and an overlay', () => {
    const hosts = [
      hostAfter(copy('--shallow'), ready('vda'), blockjob('--pivot')),
      hostAfter(copy(), ready('vda'), blockjob('--pivot')),
      hostAfter(commit('--shallow'), ready('vda'), blockjob('--pivot')),
      hostAfter(commit(), ready('vda'), blockjob('--pivot')),
      hostAfter(overlay('/new/overlay'), commit('--shallow'), ready('vda'), blockjob('--pivot')),
    ];
    expect(hosts.map(lostWrites)).toEqual(hosts.map(() => []));
    expect(hosts.map(lostAtNextStart)).toEqual(hosts.map(() => []));
    expect(hosts.map(filesOn)).toEqual([
      [DEST, SNAP1, BASE],
      [DEST],
      [SNAP1, BASE],
      [BASE],
      [SNAP2, SNAP1, BASE],
    ]);
  });

  test('is lost if the definition names the former file after a copy', () => {
    const moved = hostAfter(copy('--shallow'), ready('vda'), blockjob('--pivot'));
    const { definition = '' } = hostAfter().state.domain;
    const stale = apply(moved, virsh('define', '--file', { file: 'x', content: definition }));
    expect(lostWrites(stale)).toEqual([]);
    expect(lostAtNextStart(stale)).toEqual([
      `vda: writes that only ${DEST} held`,
      `vda: the newest writes, because ${SNAP2} has older data in their place`,
    ]);
    expect(lostWrites(guestDies(stale))).toEqual([]);
  });

  test('is lost behind an outdated layer, although layers below hold all of it', () => {
    const moved = hostAfter(commit('--shallow'), ready('vda'), blockjob('--pivot'));
    const { definition = '' } = hostAfter().state.domain;
    const stale = apply(moved, virsh('define', '--file', { file: 'x', content: definition }));
    expect(lostAtNextStart(stale)).toEqual([
      `vda: the newest writes, because ${SNAP2} has older data in their place`,
    ]);
  });

  test('is lost if a file that held it is gone', () => {
    const host = hostAfter();
    const gone = {
      ...host,
      state: { ...host.state, files: { ...host.state.files, [SNAP1]: null } },
    };
    expect(lostWrites(gone)).toEqual([
      `vda: writes that only ${BASE} held`,
      `vda: writes that only ${SNAP1} held`,
    ]);
  });

  test('does not take more memory the longer the guest writes', () => {
    const host = hostAfter(copy(), ready('vda'));
    expect(guestWrites(host)).toBe(host);
    expect(guestWrites(guestWrites(apply(host, blockjob('--abort'))))).toEqual(
      guestWrites(apply(host, blockjob('--abort'))),
    );
  });
});

describe('the definition', () => {
  const backing = (host: SimulatedHost) =>
    /<backingStore[\s\S]*(?=\s*<target dev='vda')/
      .exec(host.state.domain.definition ?? '')?.[0]
      .trimEnd();
  const pivoted = [ready('vda'), blockjob('--pivot')];

  test('gets the overlay above its chain, and its former chain after a commit', () => {
    const host = hostAfter(overlay('/new/overlay'));
    expect(backing(host)).toBe(
      `<backingStore type='file'>\n        <format type='qcow2'/>\n        <source file='${SNAP2}'/>\n      </backingStore>`,
    );
    const former = hostAfter().state.domain.definition;
    const back = hostAfter(overlay('/new/overlay'), commit('--shallow'), ...pivoted);
    expect(back.state.domain.definition?.replace(/\s+/g, '')).toBe(former?.replace(/\s+/g, ''));
  });

  test('states the end of the chain if nothing is below the file after a pivot', () => {
    expect(backing(hostAfter(copy(), ...pivoted))).toBe('<backingStore/>');
    expect(backing(hostAfter(commit(), ...pivoted))).toBe('<backingStore/>');
    expect(backing(hostAfter(copy('--shallow'), ...pivoted))).toBeUndefined();
    expect(backing(hostAfter(commit('--shallow'), ...pivoted))).toBeUndefined();
  });

  test('hides the layers below if it states the end of the chain too early', () => {
    const host = hostAfter(overlay('/new/overlay'));
    const { definition = '' } = host.state.domain;
    const ends = definition.replace(/<backingStore[\s\S]*<\/backingStore>/, '<backingStore/>');
    const blind = apply(host, virsh('define', '--file', { file: 'x', content: ends }));
    expect(lostAtNextStart(host)).toEqual([]);
    expect(lostAtNextStart(blind)).toHaveLength(3);
  });

  test('loses the layers that a commit below the active one removes', () => {
    const middle = (host: SimulatedHost) =>
      [
        virsh(
          ...['blockcommit', '--domain', 'testvm', '--path', 'vda'],
          ...['--top', SNAP2, '--base', SNAP1],
        ),
        { tool: 'await-job', disk: 'vda', until: 'ended', why: 'test', timeoutMs: 1 } as const,
      ].reduce(apply, host);
    const once = hostAfter(overlay('/new/overlay'));
    expect(backing(middle(once))).toBeUndefined();
    expect(filesOn(middle(once))).toEqual(['/new/overlay', SNAP1, BASE]);
    expect(lostAtNextStart(middle(once))).toEqual([]);
  });
});

describe('the observed host state', () => {
  test('shows whether files exist, and after a survey their backing files', () => {
    const host = hostAfter(copy('--shallow'), ready('vda'), blockjob('--abort'));
    const seen = observedState(host, [DEST, '/new/other']);
    expect(seen.files[DEST]).toEqual({ size: expect.any(Number) });
    expect(seen.files['/new/other']).toBeNull();
    expect(seen.others).toEqual([]);
    const surveyed = surveyedState(host, seen, [DEST]);
    expect(surveyed.files[DEST]?.backing).toBe(SNAP1);
    expect(surveyed.others).toEqual(host.state.others);
  });

  test('the key differs only between hosts that behave differently', () => {
    const keys = [
      hostAfter(),
      hostAfter(copy()),
      hostAfter(copy(), ready('vda')),
      hostAfter(copy(), ready('vda'), blockjob('--abort')),
      hostAfter(copy(), ready('vda'), blockjob('--pivot')),
      hostAfter(copy('--shallow'), ready('vda'), blockjob('--pivot')),
    ].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(hostAfter(copy(), ready('vda')))).toBe(keys[2]);
    const there = virsh('autostart', '--domain', 'testvm', '--disable');
    expect(keyOf(hostAfter(there, virsh('autostart', '--domain', 'testvm')))).toBe(keys[0]);
  });
});
