/** Runs on a lab host beside which something happens just before one of their commands. */
import { expect } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { type Fault, type FaultyRun, runWithFault } from './fault-run.ts';
import { planText } from './support.ts';

/** A guest that writes, with two layers of which the lower one has data. */
export async function makeLayeredGuest(host: LabHost): Promise<Guest> {
  const guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base', 'top'], fill: 6_000_000 }],
  });
  await guest.waitForWrites(1);
  return guest;
}

/** Runs steps; calls `strike` just before the first command with that name in that phase, and fails unless it does. */
export async function runStruck(
  host: LabHost,
  { name }: Guest,
  steps: readonly Readonly<Record<string, unknown>>[],
  [phase, tool]: readonly [phase: string, tool: string],
  strike: Fault['strike'],
): Promise<FaultyRun & { readonly told: string }> {
  const fault = { name: phase, phase, tool, moment: 'before', strike } as const;
  const ran = await runWithFault(host, name, planText(name, steps), fault);
  const told = [...ran.events.map((event) => JSON.stringify(event)), ...saidIn(ran.finish)].join(
    '\n',
  );
  expect(ran.struck, told).toBe(true);
  return { ...ran, told };
}
