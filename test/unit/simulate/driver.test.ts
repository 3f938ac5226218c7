import { describe, expect, test } from 'vitest';
import type { Driver } from '../../../src/commands/driver.ts';
import type { AwaitJobEffect, Progress } from '../../../src/commands/effect.ts';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { diskOf } from '../../../src/model/host-state.ts';
import { SimulatedDriver, type Simulation } from '../../../src/simulate/driver.ts';
import { qemuImgEffect, virshEffect } from '../../effects.ts';
import { disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const MIB = 1024 * 1024;
const COPY = virshEffect([
  ...['blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', '/new'],
  ...['--shallow', '--transient-job'],
]);
const READY: AwaitJobEffect = {
  tool: 'await-job',
  disk: 'vda',
  until: 'ready',
  why: '',
  timeoutMs: 1,
};

interface Watched {
  readonly driver: SimulatedDriver;
  /** The total time of all waits, in ms. */
  waited(): number;
  perform(effect: Parameters<Driver['perform']>[0], signal?: AbortSignal): Promise<Progress[]>;
}

function start(simulation: Partial<Simulation> = {}): Watched {
  let waited = 0;
  const driver = new SimulatedDriver(world({ disks: [disk('vda', [SNAP2, SNAP1])], others: [] }), {
    rate: 10 * MIB,
    wait: async (ms) => {
      waited += ms;
    },
    ...simulation,
  });
  return {
    driver,
    waited: () => waited,
    async perform(effect, signal) {
      const told: Progress[] = [];
      await driver.perform(effect, {
        folder: '/run',
        onProgress: (progress) => told.push(progress),
        onMade: async () => {},
        ...(signal ? { signal } : {}),
      });
      return told;
    },
  };
}

describe('a driver over a simulated host', () => {
  test('waits for the duration of the copy, and reports progress', async () => {
    const { perform, waited, driver } = start();
    expect(await perform(COPY)).toEqual([]);
    const told = await perform(READY);
    // Only the active layer: 40 MiB at 10 MiB/s.
    expect(waited()).toBe(4000);
    expect(told[0]).toEqual({ current: 0, total: 40 * MIB });
    expect(told.at(-1)).toEqual({ current: 40 * MIB, total: 40 * MIB });
    expect(told.map(({ current }) => current)).toEqual(
      told.map(({ current }) => current).sort((a, b) => a - b),
    );
    expect(diskOf(await driver.observe([]), 'vda')?.job).toMatchObject({ ready: true });
  });

  test('ends a wait on an interruption, and the job continues', async () => {
    const controller = new AbortController();
    const { perform, driver } = start({
      wait: async () => controller.abort(new Error('interrupted')),
    });
    await perform(COPY);
    await expect(perform(READY, controller.signal)).rejects.toThrow('interrupted');
    expect(diskOf(await driver.observe([]), 'vda')?.job).toMatchObject({ ready: false });
  });

  test('leaves a partial file if a conversion is stopped', async () => {
    const controller = new AbortController();
    const { perform, driver } = start({
      wait: async () => controller.abort(new Error('interrupted')),
    });
    const convert = qemuImgEffect(
      ['convert', '-p', '-W', '-m', '8', '-O', 'qcow2', SNAP1, '/new'],
      { bytes: MIB },
    );
    await expect(perform(convert, controller.signal)).rejects.toThrow('interrupted');
    expect((await driver.observe(['/new'])).files['/new']).toMatchObject({ made: true });
  });

  test('refuses what libvirt would refuse', async () => {
    const { perform } = start();
    await perform(COPY);
    await expect(perform(COPY)).rejects.toThrow(EffectFailed);
  });

  test('applies other changes during an effect', async () => {
    const { perform, driver } = start({
      meanwhile: (host, effect) =>
        effect === COPY ? updateDomain(host, { autostart: false }) : host,
    });
    expect((await driver.observe([])).domain.autostart).toBe(true);
    await perform(COPY);
    expect((await driver.observe([])).domain.autostart).toBe(false);
  });

  test('keeps the marker until it is removed', async () => {
    const { driver } = start();
    const marker = { run: 'r', host: 'h', user: 'u', pid: 1, since: 's' };
    await driver.mark(marker);
    expect(await driver.marker()).toEqual(marker);
    await driver.unmark();
    expect(await driver.marker()).toBeUndefined();
  });
});
