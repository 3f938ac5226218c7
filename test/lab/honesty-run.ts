/** Runs one plan on the real and on the simulated host: forward, perhaps with a fault, and back. */

import { writeFile } from 'node:fs/promises';
import { type Effect, filesWrittenInto } from '../../src/commands/effect.ts';
import { withImage, withNewImage } from '../../src/host/image-files.ts';
import { command } from '../../src/lab/command.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { type HostState, isUp } from '../../src/model/host-state.ts';
import { withStoresOf } from '../../src/model/known-stores.ts';
import { daemonRestarts, guestDies, jobsDie, powerFails } from '../../src/simulate/host-faults.ts';
import type { AnyStep, Phase } from '../../src/steps/define.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import type { Image, Params } from './honesty-drawn.ts';
import type { Mishap } from './honesty-plans.ts';
import { endsByItself, type Sides } from './honesty-walk.ts';

/** A step on the host state in which it begins. */
export interface HonestStep {
  readonly step: AnyStep;
  readonly params: Params;
  /** An image that must exist for it. */
  readonly prepare?: Image;
  /** Set if the guest is stopped before the step. */
  readonly off?: true;
}

export interface HonestRun {
  readonly domain: string;
  readonly steps: readonly ((state: HostState) => HonestStep)[];
  readonly mishap: Mishap;
  /** Before which effect, counted from 0 over the whole plan. */
  readonly at: number;
  /** Whether the plan is rolled back after its end. */
  readonly back: boolean;
}

/** The result of a run. */
export interface Outcome {
  /** The kinds of the steps that began. */
  readonly kinds: readonly string[];
  /** How many steps preflight refused. */
  readonly leftOut: number;
  /** The fault, if there was one. */
  readonly struck: Mishap | undefined;
}

interface Done {
  readonly phase: Phase;
  readonly before: HostState;
  readonly start: HostState;
}

/** Runs a plan on both hosts and compares them after each effect. */
export async function go(run: HonestRun, host: LabHost, sides: Sides): Promise<Outcome> {
  await sides.compare();
  const done: Done[] = [];
  const kinds: string[] = [];
  let leftOut = 0;
  let effects = 0;
  let struck: Mishap | undefined;
  const outcome = () => ({ kinds, leftOut, struck });
  const disturb = async (effect: Effect) => {
    if (effects++ === run.at && (await strike(run, effect, host, sides))) struck = run.mishap;
  };
  for (const draw of run.steps) {
    const { step, params, prepare, off } = draw(await sides.seen());
    if (prepare) await prepared(prepare, sides);
    if (off && isUp(sides.simulated.state))
      await sides.befalls(
        'the guest is stopped',
        () => host.virsh('destroy', run.domain),
        guestDies,
      );
    const start = await admitted(step, params, sides);
    if (!start) {
      leftOut += 1;
      continue;
    }
    kinds.push(step.kind);
    sides.tell(`${step.kind} ${JSON.stringify(params)}`);
    for (const phase of step.phases(params)) {
      const { before, whole } = await sides.forward(phase, start, disturb);
      done.push({ phase, before, start });
      if (whole) continue;
      await rollback(done, sides);
      return outcome();
    }
  }
  if (run.back) await rollback(done, sides);
  return outcome();
}

/** The host state in which the step begins; undefined if preflight refuses it. */
async function admitted(
  step: AnyStep,
  params: Params,
  sides: Sides,
): Promise<HostState | undefined> {
  if (step.check(params).length > 0) return undefined;
  const { stores } = requirementsOf(step, params, await sides.seen());
  const known = await sides.driver.readStores(await sides.seen(), stores);
  const { files, searched } = requirementsOf(step, params, known);
  for (const file of files) sides.files.add(file);
  const seen = withStoresOf(await sides.seen(), known);
  const state = await sides.driver.survey(seen, [...sides.files], { searched });
  sides.forgetContent(step.reads?.(params, state) ?? []);
  const refused = requirementsOf(step, params, state).findings.some(
    ({ severity }) => severity === 'error',
  );
  return refused ? undefined : state;
}

async function rollback(done: readonly Done[], sides: Sides): Promise<void> {
  for (const { phase, before, start } of [...done].reverse())
    if (!(await sides.back(phase, before, start))) return;
}

async function prepared({ file, format, size, backing }: Image, sides: Sides): Promise<void> {
  sides.files.add(file);
  const onto = backing ? ['-b', backing.file, '-F', backing.format] : [];
  await sides.befalls(
    `${file} is created for reuse`,
    () => command('qemu-img', ['create', '-q', '-f', format, ...onto, file, String(size)]),
    (simulated) => withNewImage(simulated, file, { format, size: 1 }, backing?.file),
  );
}

/** Injects a fault; false if it is not possible. */
async function strike(
  { mishap, domain: name }: HonestRun,
  effect: Effect,
  host: LabHost,
  sides: Sides,
): Promise<boolean> {
  const { domain, files } = sides.simulated.state;
  switch (mishap) {
    case 'nothing':
      return true;
    case 'its place is taken': {
      const file = placeOf(effect);
      if (file === undefined || files[file]) return false;
      sides.files.add(file);
      await sides.befalls(
        `${file} is created there`,
        () => writeFile(file, 'x'.repeat(8192)),
        (simulated) => withImage(simulated, file, { format: 'raw', size: 8192 }),
      );
      return true;
    }
    case 'the jobs are aborted': {
      const busy = domain.disks.filter(({ job }) => job && !endsByItself(job));
      const abort = async () => {
        for (const { target } of busy) await host.virsh('blockjob', name, target, '--abort');
      };
      if (busy.length > 0) await sides.befalls(mishap, abort, jobsDie);
      return busy.length > 0;
    }
    case 'the guest is destroyed':
      if (!isUp(sides.simulated.state)) return false;
      await sides.befalls(mishap, () => host.virsh('destroy', name), guestDies);
      return true;
    case 'the daemon is restarted':
      await sides.befalls(mishap, () => restarted(host, sides), daemonRestarts);
      return true;
    case 'power is lost':
      await sides.befalls(mishap, () => rebooted(host, sides), powerFails);
      return true;
    case 'it is asked twice':
      // The event that a backup is complete comes once.
      if (effect.tool === 'await-backup') return false;
      await sides.perform(effect);
      return true;
  }
}

async function restarted(host: LabHost, sides: Sides): Promise<void> {
  await host.killDaemon();
  await host.startDaemon();
  await sides.reconnect();
}

async function rebooted(host: LabHost, sides: Sides): Promise<void> {
  await host.powerOff();
  await host.boot();
  await sides.reconnect();
}

/** The path at which an effect wants to create a file. */
function placeOf(effect: Effect): string | undefined {
  if (effect.tool === 'make-file') return effect.file;
  if (effect.tool === 'move-file' || effect.tool === 'publish-backup') return effect.to;
  if (effect.tool === 'draft-backup') return effect.draft;
  const makes = effect.tool === 'qemu-img' && filesWrittenInto(effect).length === 0;
  return makes ? effect.args.dest : undefined;
}
