/** A guest that stops while an overlay is put on its disk: what real libvirt leaves, and what each report says of it. */
import { mkdtemp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile } from '../../src/graph/graph.ts';
import { createJournal, reopenJournal, writeDurably } from '../../src/journal/journal.ts';
import { readJournal } from '../../src/journal/replay.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type Host, startHost } from '../../src/lab/host.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { readPlan } from '../../src/plan/read.ts';
import { admit, refuseErrors } from '../../src/run/admit.ts';
import type { Finish } from '../../src/run/course.ts';
import { execute, takeUp } from '../../src/run/execute.ts';
import { steps } from '../../src/steps/registry.ts';
import { FaultyDriver } from './fault-run.ts';
import { planText } from './support.ts';

let host: Host;
let guest: Guest;
beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    autostart: true,
    disks: [{ target: 'vda', chain: ['base', 'active'] }],
  });
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

test('QEMU dies just before a transient domain gets its overlay: every rollback says again what is not known', async () => {
  const overlay = join(host.images, 'overlay.qcow2');
  const active = join(host.images, guest.name, 'active.qcow2');
  const diskspec = [{ disk: 'vda', file: overlay }];
  const source = planText(guest.name, [
    { undefine: {} },
    {
      id: 'snapshot',
      'snapshot-create-as': { name: 's', 'disk-only': true, 'no-metadata': true, diskspec },
    },
    { redefine: { disk: 'vda', source: overlay } },
  ]);
  const plan = readPlan({ file: 'plan.yaml', source, steps });
  const graph = compile(plan);
  const folder = await mkdtemp(join(host.dir, 'run-'));
  const acknowledged = await guest.acknowledged();
  const open = () =>
    openLiveDriver({ uri: host.uri, domain: guest.name, readonly: false, writeDurably });
  const by = { id: 'lab', uri: host.uri, user: 'lab', version: '0', set: {}, planSum: '' };
  const { signal } = new AbortController();
  const common = { ...by, graph, signal, listener() {} };

  const live = await open();
  const fault = {
    name: 'QEMU killed',
    phase: 'snapshot/snapshot',
    tool: 'snapshot-create-as',
    moment: 'before',
    strike: () => guest.killQemu(),
  } as const;
  const { driver } = new FaultyDriver(
    live,
    fault,
    () => {},
    () => [
      { event: 'phase-started', step: 'snapshot', phase: 'snapshot', direction: 'do' } as never,
    ],
  );
  const admission = await admit(plan, graph, driver);
  refuseErrors(admission);
  const { world, files } = admission;
  const first = await createJournal(folder);
  expectNotKnown(await execute({ ...common, driver, journal: first, world, files }));
  await first.close();
  await live.close();
  // libvirt has not written into the overlay: the guest's writes are in the file below.
  expect((await stat(overlay)).size).toBe(0);
  await guest.verifyLog(active, acknowledged);

  for (const how of ['rollback', 'resume'] as const) {
    const again = await open();
    const replay = await readJournal(folder);
    const journal = await reopenJournal(folder, replay.end);
    const run = { ...common, driver: again, journal, world, files };
    expectNotKnown(await takeUp(run, replay.records, how));
    await journal.close();
    await again.close();
  }
  expect(await host.virsh('dominfo', guest.name)).toMatch(/Autostart:\s+disable/);

  function expectNotKnown({ end, state, next }: Finish): void {
    expect(end, state.join('\n')).toBe('stranded');
    expect(state, state.join('\n')).toContain(
      `vda: it is not known where the guest wrote last, to ${active} or to ${overlay}; the definition names ${overlay}: compare them before it is started`,
    );
    expect(state.join('\n')).not.toContain('but the guest wrote to');
    expect(next).toContain(`qemu-img compare ${active} ${overlay}`);
  }
});
