import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { MigrationWatch } from '../../../src/libvirt/migration-watch.ts';
import type { Virsh } from '../../../src/libvirt/virsh.ts';
import { withDomain } from '../../../src/model/host-state.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { world } from '../../worlds.ts';
import { idOf, scripted } from './scripted-virsh.ts';

const root = scratchFolder('guest-log');
const here = withDomain(world(), { name: 'web', uuid: idOf('web') }).domain;
const running = { ...here, persistent: false };
const gone = { ...here, uuid: '', state: 'gone' } as const;
const unseen = { ...gone, stopUnseen: true };
const away = { ...gone, movedAway: true };
const unknown = scripted(([verb]) =>
  verb === 'list' ? '' : new Error("failed to get domain 'web'"),
);
const renamed = scripted((words) => (words.join(' ') === 'domname --domain web' ? 'web2\n' : ''));

type Known = ConstructorParameters<typeof MigrationWatch>[1];

const watching = (known: Partial<Known> = {}) =>
  new MigrationWatch(localHost, { domain: 'web', ...known });

const heardBy = (watch: MigrationWatch) => (event: string, detail: string) =>
  watch.hear({ time: 0, kind: 'lifecycle', event, detail });

test('a domain that exists is returned as observed, without another query', async () => {
  expect(await watching().of(unknown, here)).toBe(here);
  expect(unknown.asked).toEqual([]);
});

test('a domain whose name is gone is looked up by its UUID, once that is known', async () => {
  const watch = watching();
  expect(await watch.of(renamed, gone)).toEqual(unseen);
  await watch.of(renamed, here);
  expect(await watch.of(renamed, gone)).toEqual({ ...gone, calledNow: 'web2' });
  expect(await watch.of(unknown, gone)).toEqual(unseen);
});

test('a domain whose last event was a migration is on another host, until it is started here', async () => {
  const watch = watching();
  const hear = heardBy(watch);
  hear('Stopped', 'Migrated');
  hear('Undefined', 'Removed');
  expect(await watch.of(unknown, gone)).toEqual(away);
  hear('Started', 'Migrated');
  hear('Stopped', 'Destroyed');
  expect(await watch.of(unknown, gone)).toBe(gone);
});

test('a migration that an earlier process received counts as long as the domain is gone', async () => {
  const watch = watching({ movedAway: true });
  expect(await watch.of(unknown, gone)).toEqual(away);
  expect(await watch.of(unknown, here)).toBe(here);
  expect(await watch.of(unknown, gone)).toEqual(unseen);
});

describe('without an event the log of the guest decides', () => {
  const started = '2026-11-30 10:00:00.123+0000: starting up libvirt version: 9.0.0, package: 1';
  const stopped = (reason: string) =>
    `2026-11-30 10:05:00.000+0000: shutting down, reason=${reason}`;
  let count = 0;

  const logOf = (folder: string) => join(root, folder, 'var/log/libvirt/qemu');
  /** What is known of a guest whose log, in the last of these folders, shows nothing. */
  const silentIn = (seen: object) => ({
    ...{ ...seen, stopUnseen: true },
    guestLog: join(logOf(String(count - 1)), 'web.log'),
  });

  /** A libvirt whose logs are below a folder of its own. */
  async function libvirt(
    logs: Readonly<Record<string, readonly string[]>>,
    socket = 'libvirt-sock',
  ): Promise<Virsh> {
    const folder = join(root, String(count++));
    const at = logOf(String(count - 1));
    await mkdir(at, { recursive: true });
    for (const [name, lines] of Object.entries(logs))
      await writeFile(join(at, name), `${lines.join('\n')}\n`);
    const uri = `qemu+unix:///system?socket=${folder}/run/libvirt/${socket}`;
    return { ...unknown, uri };
  }

  test.each<readonly [string, Readonly<Record<string, readonly string[]>>, object | undefined]>([
    ['it was migrated', { 'web.log': [started, stopped('migrated')] }, away],
    ['it was shut down', { 'web.log': [started, stopped('shutdown')] }, gone],
    ['it came back, and its host lost power', { 'web.log': [stopped('migrated'), started] }, gone],
    ['QEMU wrote last', { 'web.log': [started, stopped('migrated'), 'qemu: bye'] }, away],
    ['only QEMU says so', { 'web.log': [started, ` ${stopped('migrated')}`] }, gone],
    [
      'a former log has it',
      { 'web.log': ['qemu'], 'web.log.0': [started, stopped('migrated')] },
      away,
    ],
    ['a rotated log has it', { 'web.log': [], 'web.log.1': [started] }, gone],
    ['no log has it', { 'web.log': ['qemu'] }, undefined],
    ['there is no log', { 'web.log.1': [stopped('shutdown')], 'other.log': [started] }, undefined],
  ])('%s', async (_title, logs, expected) => {
    const virsh = await libvirt(logs);
    expect(await watching().of(virsh, gone)).toEqual(expected ?? silentIn(gone));
  });

  test.each([
    'virtqemud-sock',
    'virtqemud-sock-ro',
    'libvirt-sock-ro',
    'libvirt-sock&mode=legacy',
    'virtqemud-sock;mode=direct',
  ])('also behind the socket %s', async (socket) => {
    const virsh = await libvirt({ 'web.log': [started, stopped('migrated')] }, socket);
    expect(await watching().of(virsh, gone)).toEqual(away);
  });

  test('but not behind a socket whose daemon may keep its logs anywhere', async () => {
    const virsh = await libvirt({ 'web.log': [started] }, 'other-sock');
    expect(await watching().of(virsh, gone)).toEqual(unseen);
  });

  test("also of the user's own libvirt", async () => {
    const folder = join(root, 'caches');
    const at = join(folder, 'libvirt/qemu/log');
    await mkdir(at, { recursive: true });
    await writeFile(join(at, 'web.log'), `${started}\n${stopped('migrated')}\n`);
    const io = { ...localHost, caches: folder };
    const virsh = { ...unknown, uri: 'qemu:///session' };
    expect(await new MigrationWatch(io, { domain: 'web' }).of(virsh, gone)).toEqual(away);
  });

  test('also once a domain that was transient is defined again', async () => {
    const off = { ...here, state: 'shut off' } as const;
    const migrated = await libvirt({ 'web.log': [started, stopped('migrated')] });
    const silent = await libvirt({});
    expect(await watching().of(silent, off)).toBe(off);
    expect(await watching({ wasTransient: true }).of(silent, off)).toEqual(silentIn(off));
    expect(await watching({ wasTransient: true }).of(migrated, off)).toEqual({
      ...off,
      movedAway: true,
    });
    const watch = watching();
    await watch.of(silent, running);
    expect(await watch.of(silent, off)).toEqual(silentIn(off));
    await watch.of(silent, here);
    expect(await watch.of(silent, off)).toBe(off);
  });
});
