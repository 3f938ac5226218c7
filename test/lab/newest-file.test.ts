/** A guest that stops while an overlay is put on its disk: the state that real libvirt leaves, and what each report says. */

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { virshCommand } from '../../src/command.ts';
import { compile } from '../../src/graph/graph.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import { writeDurably } from '../../src/journal/durable.ts';
import { createJournal, reopenJournal } from '../../src/journal/journal.ts';
import { readRunLog } from '../../src/journal/run-log.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { onLocal } from '../../src/model/hosts.ts';
import { readPlan } from '../../src/plan/read.ts';
import { executeRun, resumeRun } from '../../src/run/execute.ts';
import { preflight, refuseErrors } from '../../src/run/preflight.ts';
import { type Finish, saidIn } from '../../src/run/run-state.ts';
import { steps } from '../../src/steps/registry.ts';
import { type Fault, FaultyDriver } from './fault-run.ts';
import { expectNextStart, planText } from './support.ts';

let host: LabHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

async function makeGuest(): Promise<Guest> {
  const guest = await host.createGuest({
    autostart: true,
    disks: [{ target: 'vda', chain: ['base', 'active'] }],
  });
  await guest.waitForWrites(1);
  return guest;
}

/** A run that gives a transient domain an overlay, and whose guest is killed at that command. */
async function runKilled(guest: Guest, moment: Fault['moment']) {
  const overlay = join(host.images, guest.name, 'overlay.qcow2');
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
  const open = () =>
    openLiveDriver(localHost, { uri: host.uri, domain: guest.name, readonly: false, writeDurably });
  const by = { id: 'lab', uri: host.uri, user: 'lab', version: '0', set: {}, planSum: '' };
  const { signal } = new AbortController();
  const common = { ...by, graph, signal, listener() {} };

  const live = await open();
  const fault = {
    name: 'QEMU killed',
    phase: 'snapshot/snapshot',
    tool: 'snapshot-create-as',
    moment,
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
  const admission = await preflight(plan, graph, driver);
  refuseErrors(admission);
  const { state, files } = admission;
  const first = await createJournal(folder);
  const finish = await executeRun({
    ...common,
    journal: first,
    hosts: onLocal({ driver, initial: state, files }),
  });
  await first.close();
  await live.close();
  /** Another attempt, from another process as far as the run can tell. */
  const again = async (how: 'rollback' | 'resume') => {
    const anew = await open();
    const log = await readRunLog(folder);
    const journal = await reopenJournal(folder, log.end);
    const run = { ...common, journal, hosts: onLocal({ driver: anew, initial: state, files }) };
    const end = await resumeRun(run, log, how);
    await journal.close();
    await anew.close();
    return end;
  };
  return { active, overlay, finish, again };
}

test('QEMU dies just after a transient domain got its overlay: every rollback reports again what is unknown', async () => {
  const guest = await makeGuest();
  const { active, overlay, finish, again } = await runKilled(guest, 'after');
  expectNotKnown(finish);
  await guest.verifyLog(overlay, await guest.acknowledged());
  for (const how of ['rollback', 'resume'] as const) expectNotKnown(await again(how));
  expect(await host.virsh('dominfo', guest.name)).toMatch(/Autostart:\s+disable/);

  function expectNotKnown({ end, state, next }: Finish): void {
    expect(end, state.join('\n')).toBe('stranded');
    expect(state, state.join('\n')).toContain(
      `vda: it is unknown where the guest last wrote (${active} or ${overlay}); the definition names ${overlay}. Compare the files before you start the guest`,
    );
    expect(state.join('\n')).not.toContain('but the guest wrote to');
    expect(next).toContain(`qemu-img compare ${active} ${overlay}`);
  }
});

test('QEMU dies before the command for it: libvirt refuses it, so the guest wrote to its old file', async () => {
  const guest = await makeGuest();
  const { active, finish, again } = await runKilled(guest, 'before');
  for (const end of [finish, await again('rollback')]) {
    const said = saidIn(end).join('\n');
    expect(end.end, said).toBe('stranded');
    expect(said).not.toContain('it is unknown');
    expect(end.next).toContain(virshCommand({ connect: host.uri }, 'start', guest.name));
  }
  expect(await host.virsh('dumpxml', guest.name)).toContain(`<source file='${active}'/>`);
  await expectNextStart(host, guest.name, { upTo: await guest.acknowledged(), wasKilled: true });
});
