/**
 * The demo without a hypervisor. The plans of the example are read, previewed, run and rolled back by the same code as on
 * libvirt; only the host is simulated in this process.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Effect } from '../commands/effect.ts';
import { fingerprintOf } from '../facts/fingerprint.ts';
import { filesBelow, type SimulatedHost, withHostState } from '../host/simulated-host.ts';
import { makeRunFolder, newRunId } from '../journal/folder.ts';
import { createJournal } from '../journal/journal.ts';
import { activeFile } from '../model/host-state.ts';
import { onLocal } from '../model/hosts.ts';
import type { FinalState } from '../outcomes.ts';
import { draftPlan, type PlanDraft } from '../plan/read.ts';
import { colorWanted } from '../render/color.ts';
import { textDisplay } from '../render/display.ts';
import { documentText } from '../render/document-text.ts';
import { previewDocument } from '../render/preview-document.ts';
import { executeRun } from '../run/execute.ts';
import { preflightDraft, refuseErrors } from '../run/preflight.ts';
import { SimulatedDriver } from '../simulate/driver.ts';
import { lostAtNextStart, lostWrites } from '../simulate/host-faults.ts';
import { previewPlan } from '../simulate/preview-plan.ts';
import { steps } from '../steps/registry.ts';
import type { Narrator } from './narrator.ts';
import { seconds } from './seconds.ts';
import { SIMULATED_STATE } from './simulated-state.ts';

const MIB = 1024 * 1024;

/** The bandwidth of the example's slower plan, so that there is something to watch. */
const RATE = 12 * MIB;

/** The space left for the archive after another process has taken the rest. */
const LEFT = 0;

/**
 * @param root the root of the clone, which has the example
 * @param reason why a real host is not available; absent if the user asked for the simulated demo
 */
export async function simulatedDemo(
  narrator: Narrator,
  root: string,
  reason: string | undefined,
): Promise<void> {
  narrator.say(
    'SIMULATED: libvirt, QEMU, the guest and its storage exist only in this process, and none of the commands below reaches a hypervisor. The code that reads, previews, runs, rolls back and reports is the real blockplan.',
  );
  if (reason === undefined)
    narrator.say('The real demo: npm run demo, as root, on Debian 12 or 13 (amd64).');
  else {
    narrator.say('A real host is not available here:');
    process.stdout.write(`${reason}\n`);
  }
  const driver = new SimulatedDriver(SIMULATED_STATE, { rate: RATE, wait: delay, meanwhile });
  const state = await mkdtemp(join(tmpdir(), 'blockplan-demo-'));
  try {
    await story({ narrator, driver, state, example: join(root, 'examples/live-disk-migration') });
  } finally {
    await rm(state, { recursive: true });
  }
}

/** What the parts of the demo share. */
interface Scene {
  readonly narrator: Narrator;
  readonly driver: SimulatedDriver;
  /** The folder of the journals. */
  readonly state: string;
  /** The folder of the plans. */
  readonly example: string;
}

async function story(scene: Scene): Promise<void> {
  const { narrator, driver } = scene;
  const moved = await migrate(scene);
  const undone = await fail(scene);
  narrator.title('What happened');
  narrator.list([
    ['moved', `the disk of a simulated running guest, in ${moved} s`],
    ['undone', `a run that failed after its pivot; rolled back ${undone} s after its start`],
    [
      'lost',
      lossesOf(driver.host).join('; ') || 'nothing: all writes of the guest are on its disk',
    ],
  ]);
}

async function migrate(scene: Scene): Promise<string> {
  const { narrator, driver } = scene;
  narrator.title('1. The plan');
  narrator.say(
    'The guest "testvm" runs on snap2, with the chain base <- snap1 <- snap2. The plan moves its disk to another file system, /export/fast, while the guest keeps running.',
  );
  const draft = await read(scene, 'migrate.yaml');
  narrator.say('The preview shows what the plan would do, and the rollback of every phase:');
  const { plan, state } = await preflightDraft(draft, driver, newRunId(new Date()));
  const color = colorWanted(process.env, process.stdout.isTTY === true);
  const preview = previewPlan(plan, state, { fingerprint: fingerprintOf(plan, state) });
  process.stdout.write(documentText(previewDocument(preview), color));
  narrator.title('2. The run');
  const took = await run(scene, draft, 'succeeded');
  narrator.title('3. Afterwards');
  tellWhere(narrator, driver.host);
  return took;
}

/** A run that fails after its pivot, for a real reason: the storage of its second step fills up meanwhile. */
async function fail(scene: Scene): Promise<string> {
  const { narrator, driver } = scene;
  narrator.title('4. A run that fails after its pivot');
  narrator.say(
    'The second plan moves the disk back to the folder of its base, and then archives the file that the guest no longer uses. /export/archive has enough space when the run starts. While the disk is being copied, another process takes that space.',
  );
  const draft = await read(scene, 'move-and-archive.yaml');
  const before = driver.host.state;
  narrator.say('The run:');
  const took = await run(scene, draft, 'rolled-back');
  narrator.say(
    'Exit code 4: failed and rolled back. After the pivot, the old file lacked the latest writes, so blockplan mirrored the disk back before it moved the guest back.',
  );
  tellWhere(narrator, driver.host);
  const same = driver.host.state.domain.definition === before.domain.definition;
  if (!same) throw new Error('the definition has changed');
  return took;
}

/** Reads a plan of the example and shows its steps. */
async function read({ narrator, example }: Scene, name: string): Promise<PlanDraft> {
  const file = join(example, name);
  const source = await readFile(file);
  const [, list = ''] = /^(steps:[\s\S]*)/m.exec(source.toString()) ?? [];
  narrator.say(`The steps of examples/live-disk-migration/${name}:`);
  process.stdout.write(list);
  return draftPlan({ file, source, steps });
}

/** Runs a plan as the command line does and returns how long it took; rejects if it has another end than expected. */
async function run(scene: Scene, draft: PlanDraft, end: FinalState): Promise<string> {
  const { narrator, driver, state } = scene;
  const began = performance.now();
  const id = newRunId(new Date());
  const admission = await preflightDraft(draft, driver, id);
  refuseErrors(admission);
  const { plan, graph } = admission;
  const journal = await createJournal(await makeRunFolder(state, id));
  const display = await textDisplay(process.stdout, process.env);
  for (const finding of [...plan.warnings, ...admission.findings])
    display.listener({ time: Date.now(), event: 'finding', finding });
  try {
    const finish = await executeRun({
      id,
      graph,
      hosts: onLocal({ driver, initial: admission.state, files: admission.files }),
      journal,
      uri: admission.state.host.uri,
      user: 'demo',
      version: 'demo',
      set: {},
      planSum: '',
      signal: narrator.signal,
      listener: display.listener,
    });
    narrator.signal.throwIfAborted();
    if (finish.end !== end) throw new Error(`the run ended as ${finish.end}, expected ${end}`);
    return seconds(performance.now() - began);
  } finally {
    await display.close();
    await journal.close();
  }
}

/** Takes the space for the archive once the copy beside the base has begun. */
function meanwhile(host: SimulatedHost, effect: Effect): SimulatedHost {
  if (effect.tool !== 'make-file' || !effect.file.endsWith('/copy2.qcow2')) return host;
  const { state } = host;
  const folders = { ...state.folders, '/export/archive': { writable: true, free: LEFT } };
  return withHostState(host, { ...state, folders });
}

function tellWhere(narrator: Narrator, host: SimulatedHost): void {
  const { domain } = host.state;
  const active = activeFile(host.state, 'vda');
  if (active === undefined) throw new Error('the guest has lost its disk');
  narrator.list([
    ['the guest', `is ${domain.state}, on ${filesBelow(host, active).reverse().join(' <- ')}`],
    [
      'definition',
      `names ${domain.disks[0]?.persistentSource}, autostart is ${domain.autostart ? 'on' : 'off'}`,
    ],
    [
      'lost',
      lossesOf(host).join('; ') ||
        'nothing: all writes of the guest are on its disk, now and at its next start',
    ],
  ]);
}

/** The writes that are missing in the files that the guest runs on, or in those that its next start would use. */
function lossesOf(host: SimulatedHost): string[] {
  return [...new Set([...lostWrites(host), ...lostAtNextStart(host)])];
}
