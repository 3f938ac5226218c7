import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  BUNDLE_FILE,
  type BundleFile,
  readBundleFile,
  readKeptBundle,
  writeBundle,
} from '../../../src/journal/bundle.ts';
import {
  createJournal,
  FORMAT,
  JOURNAL_FILE,
  type JournalEntry,
} from '../../../src/journal/journal.ts';
import type { Bundle } from '../../../src/model/host-state.ts';
import { LOCAL, onLocal } from '../../../src/model/hosts.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { world } from '../../worlds.ts';

const root = scratchFolder('bundle');
let folder = '';
let count = 0;
beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
});

const kept: Bundle = {
  definition: '<domain>\n  <name>größe \u2028 "</name>\n</domain>\n',
  autostart: true,
  snapshots: [{ name: 'a & b', xml: '<domainsnapshot/>' }],
  currentSnapshot: 'a & b',
  checkpoints: [],
};
const BUNDLE: BundleFile = {
  run: 'r1',
  domain: 'testvm',
  uuid: 'c7a5fdbd-edaf-9455-926a-d65c16db1809',
  uri: 'qemu:///system',
  since: '2026-11-23T00:00:00.000Z',
  kept,
};

const file = () => join(folder, BUNDLE_FILE);

describe('the bundle file', () => {
  test('returns exactly what was kept, and only its owner can read it', async () => {
    await writeBundle(folder, BUNDLE);
    expect(await readBundleFile(file())).toEqual({ ...BUNDLE, file: file(), proven: true });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([BUNDLE_FILE]);
  });

  test('is the old one or the new one while it is overwritten', async () => {
    await writeBundle(folder, BUNDLE);
    await writeFile(`${file()}.new`, 'half a');
    expect(await readBundleFile(file())).toMatchObject({ run: 'r1' });
    await writeBundle(folder, { ...BUNDLE, run: 'r2' });
    expect(await readBundleFile(file())).toMatchObject({ run: 'r2' });
  });

  test('is not trusted with a changed letter, or cut off anywhere', async () => {
    await writeBundle(folder, BUNDLE);
    const text = await readFile(file(), 'utf8');
    for (const wrong of [
      text.replace('größe', 'grösse'),
      text.replace('"autostart": true', '"autostart": false'),
    ]) {
      expect(wrong).not.toBe(text);
      await writeFile(file(), wrong);
      expect(await readBundleFile(file())).toMatchObject({ missing: false });
    }
    // Without its last line break it is complete.
    for (let length = 0; length < text.length - 1; length += 7) {
      await writeFile(file(), text.slice(0, length));
      expect(await readBundleFile(file()), `${length} characters`).toMatchObject({
        missing: false,
      });
    }
  });

  test('of a later version is reported as such', async () => {
    await writeFile(file(), '{ "form": "blockplan-bundle/v2" }');
    expect(await readBundleFile(file())).toMatchObject({
      missing: false,
      problem: expect.stringContaining('has the format "blockplan-bundle/v2"'),
    });
  });

  test('that does not exist, or is a folder, is reported', async () => {
    expect(await readBundleFile(file())).toMatchObject({ missing: true });
    expect(await readBundleFile(folder)).toMatchObject({ missing: false });
    expect(await readKeptBundle(join(folder, 'nothing'))).toMatchObject({ missing: true });
  });
});

describe('without a bundle file', () => {
  const started: JournalEntry = {
    type: 'run-started',
    format: FORMAT,
    run: 'r1',
    plan: 'p',
    domain: 'testvm',
    uuid: 'c7a5fdbd-edaf-9455-926a-d65c16db1809',
    uri: 'qemu:///system',
    host: 'h',
    hostId: 'a1',
    user: 'root',
    pid: 1,
    version: '0',
    steps: [],
    set: {},
    planSum: '',
    hosts: onLocal(world()),
  };
  const left: JournalEntry = { type: 'run-left', by: 'SIGINT' };

  /** Writes a journal and changes its lines. */
  async function journal(entries: readonly JournalEntry[], change: (lines: string[]) => string[]) {
    const made = await createJournal(folder);
    for (const entry of entries) await made.append(entry, false);
    await made.close();
    const path = join(folder, JOURNAL_FILE);
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, change(lines).join('\n'));
    return path;
  }
  const entries: JournalEntry[] = [started, left, { type: 'kept', on: LOCAL, bundle: kept }, left];

  test('the journal has what was kept', async () => {
    const path = await journal(entries, (lines) => lines);
    expect(await readKeptBundle(folder)).toMatchObject({
      kept,
      file: path,
      run: 'r1',
      uri: 'qemu:///system',
      host: 'h',
      hostId: 'a1',
      proven: true,
    });
  });

  test('the journal has it even if the records before and after it cannot be read', async () => {
    await journal(entries, ([, second, third]) => ['{ "torn', second!, third!, '{"type":"outc']);
    const found = await readKeptBundle(folder);
    expect(found).toMatchObject({ kept, proven: true });
    expect(found).not.toHaveProperty('run');
    await writeFile(join(folder, JOURNAL_FILE), '');
    expect(await readKeptBundle(folder)).toMatchObject({ missing: true });
  });

  test('a checksum that cannot be verified is reported, and half a record is ignored', async () => {
    await journal(entries, ([first, , third]) => [first!, third!]);
    expect(await readKeptBundle(folder)).toMatchObject({ kept, proven: false });
    const path = join(folder, JOURNAL_FILE);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -20));
    expect(await readKeptBundle(folder)).toMatchObject({
      missing: false,
      problem: expect.stringContaining('is incomplete'),
    });
  });

  test('the last record counts, even next to a damaged file', async () => {
    const later = { ...kept, autostart: false };
    await journal([...entries, { type: 'kept', on: LOCAL, bundle: later }], (lines) => lines);
    await writeFile(file(), 'garbage');
    expect(await readKeptBundle(folder)).toMatchObject({ kept: later });
  });
});
