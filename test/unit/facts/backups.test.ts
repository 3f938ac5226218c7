/** Which backup a plan restores is part of what was reviewed. */
import { expect, test } from 'vitest';
import { driftClauses, driftFrom } from '../../../src/facts/drift.ts';
import { driftedParts, fingerprintOf, isFingerprint } from '../../../src/facts/fingerprint.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { planned } from '../../plans.ts';
import { off, STORE, WEEK } from '../../steps/restore-scenes.ts';
import { stored, storedDisk, storeOf } from '../../stored.ts';

const { plan } = planned([`restore: { store: ${STORE}, backup: latest, dest: /new }`]);
const reviewed = fingerprintOf(plan, off());
const drift = (state: HostState) => driftedParts(reviewed, fingerprintOf(plan, state));
const tuesday = (root: string) =>
  off({}, storeOf([stored('monday'), stored('tuesday', [storedDisk('vda', { root })])]));

test('a fingerprint of a plan that restores has one more part', () => {
  expect(reviewed).toMatch(/^bp1\.[0-9a-z]{25}(\.[0-9a-z]{10}){6}$/);
  expect(isFingerprint(reviewed)).toBe(true);
});

test('another newest backup is not the one that was reviewed', () => {
  const wednesday = stored('wednesday', [storedDisk('vda'), storedDisk('vdb')]);
  const later = off({}, storeOf([...WEEK.backups, wednesday]));
  expect(drift(off())).toEqual([]);
  expect(drift(later)).toEqual(['backups']);
  const [found] = driftFrom(reviewed, plan, later);
  expect(found?.lines.map(({ text }) => text)).toContain('      name: wednesday');
  expect(driftClauses(['backups'])).toEqual([
    'the backups that the plan reads are not what was reviewed',
  ]);
});

test('another backup of the same name is not, and neither is an unknown one', () => {
  expect(drift(tuesday('root-of-vda'))).toEqual([]);
  expect(drift(tuesday('another'))).toEqual(['backups']);
  const { stores: _unread, ...unread } = off();
  expect(drift(unread)).toEqual(['backups']);
});
