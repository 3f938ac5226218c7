/** A prune that ends before it is done, at any change of a file: what stays is whole, and the next one decides again. */
import { existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MadeFile } from '../../../src/commands/driver.ts';
import { statesOf, storeIn } from '../../stores.ts';
import { dyingHost, KEPT, Killed, processOf, store } from './prune-scene.ts';

test('killed before any change, and resumed: what stays is whole at each instant, and all else goes', async () => {
  const clean = dyingHost(-1);
  const records: MadeFile[] = [];
  const whole = store();
  const first = processOf(whole, records, clean.io);
  await first.mark();
  await first.remove();
  expect(clean.changes()).toBeGreaterThan(8);
  for (let at = 0; at < clean.changes(); at++) {
    const path = store();
    const recorded: MadeFile[] = [];
    const killed = processOf(path, recorded, dyingHost(at).io);
    await expect(killed.mark().then(killed.remove), `${at}`).rejects.toThrow(Killed);
    const states = await statesOf(path);
    expect(states, `${at}`).toMatchObject(KEPT);
    // What has lost a file is known to be on its way out.
    for (const name of ['a', 'a1'])
      expect(states[name] ?? 'merging').toMatch(/^(complete|merging)/);
    const resumed = processOf(path, recorded);
    if (!existsSync(join(path, 'prune.json')) && states['a']) await resumed.mark();
    await resumed.remove();
    expect(await statesOf(path), `${at}`).toEqual(KEPT);
    expect((await storeIn(path)).strays, `${at}`).toEqual([]);
    expect(existsSync(join(path, 'prune.json')), `${at}`).toBe(false);
  }
});

test('a later prune finishes what an earlier one began, with what its own rule gives up', async () => {
  const clean = dyingHost(-1);
  const first = processOf(store(), [], clean.io);
  await first.mark();
  await first.remove();
  for (let at = 0; at < clean.changes(); at++) {
    const path = store();
    const killed = processOf(path, [], dyingHost(at).io);
    await expect(killed.mark().then(killed.remove)).rejects.toThrow(Killed);
    const later = processOf(path, []);
    await later.mark({ last: 1 });
    await later.remove();
    expect(await statesOf(path), `${at}`).toEqual({ c: 'complete' });
    expect((await storeIn(path)).strays, `${at}`).toEqual([]);
  }
});

test('a later prune keeps what is only marked and its own rule keeps, and a rule that came with a copy does not count', async () => {
  const path = store();
  await processOf(path, []).mark();
  const later = processOf(path, []);
  await later.mark({ last: 5 });
  await later.remove();
  expect(await statesOf(path)).toEqual({ a: 'complete', a1: 'complete', ...KEPT });
});

test('whole backups are not removed once no other good one remains', async () => {
  const path = store();
  const run = processOf(path, []);
  await run.mark();
  for (const name of ['b', 'b1', 'c']) truncateSync(join(path, name, 'vda.qcow2'), 100);
  await expect(run.remove()).rejects.toThrow(`no good backup would remain in ${path}`);
  expect(await statesOf(path)).toMatchObject({ a: 'merging', a1: 'merging' });
  await run.mark();
  await run.remove();
  expect(await statesOf(path)).toMatchObject({ a: 'complete', a1: 'complete' });
});
