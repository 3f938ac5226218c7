import { expect, test } from 'vitest';
import { MigrationWatch } from '../../../src/libvirt/migration-watch.ts';
import { withDomain } from '../../../src/model/host-state.ts';
import { world } from '../../worlds.ts';
import { idOf, scripted } from './scripted-virsh.ts';

const here = withDomain(world(), { name: 'web', uuid: idOf('web') }).domain;
const gone = { ...here, uuid: '', state: 'gone' } as const;
const unknown = scripted(([verb]) =>
  verb === 'list' ? '' : new Error("failed to get domain 'web'"),
);
const renamed = scripted((words) => (words.join(' ') === 'domname --domain web' ? 'web2\n' : ''));

test('a domain that exists is returned as observed, without another query', async () => {
  expect(await new MigrationWatch().of(unknown, here)).toBe(here);
  expect(unknown.asked).toEqual([]);
});

test('a domain whose name is gone is looked up by its UUID, once that is known', async () => {
  const whereabouts = new MigrationWatch();
  expect(await whereabouts.of(renamed, gone)).toBe(gone);
  await whereabouts.of(renamed, here);
  expect(await whereabouts.of(renamed, gone)).toEqual({ ...gone, calledNow: 'web2' });
  expect(await whereabouts.of(unknown, gone)).toBe(gone);
});

test('a domain whose last event was a migration is on another host, until it is started here', async () => {
  const whereabouts = new MigrationWatch();
  const hear = (event: string, detail: string) =>
    whereabouts.hear({ time: 0, kind: 'lifecycle', event, detail });
  hear('Stopped', 'Migrated');
  hear('Undefined', 'Removed');
  expect(await whereabouts.of(unknown, gone)).toEqual({ ...gone, movedAway: true });
  hear('Started', 'Migrated');
  hear('Stopped', 'Destroyed');
  expect(await whereabouts.of(unknown, gone)).toBe(gone);
});

test('a migration that an earlier process received counts as long as the domain is gone', async () => {
  const whereabouts = new MigrationWatch(true);
  expect(await whereabouts.of(unknown, gone)).toEqual({ ...gone, movedAway: true });
  expect(await whereabouts.of(unknown, here)).toBe(here);
});
