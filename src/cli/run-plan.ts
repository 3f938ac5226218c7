/** Reads a plan, holds it against the host, asks, and runs it; or only shows what it would do. */
import { writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { BlockplanError, EXIT_CODES, type Finding } from '../errors.ts';
import type { Listener, RunEvent } from '../events.ts';
import { compile, type Graph } from '../graph/graph.ts';
import { makeRunFolder, newRunId, stateFolder } from '../journal/folder.ts';
import { createJournal, type Journal, writeDurably } from '../journal/journal.ts';
import { takeLock } from '../journal/lock.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import type { Virsh } from '../libvirt/virsh.ts';
import type { Driver, Marker } from '../model/driver.ts';
import type { Plan } from '../plan/plan.ts';
import { colorWanted } from '../render/color.ts';
import { jsonListener } from '../render/json.ts';
import { linesListener } from '../render/lines.ts';
import { type Admission, admit, refuseErrors } from '../run/admit.ts';
import { execute } from '../run/execute.ts';
import { planFrom } from './read.ts';
import { onInterrupt } from './signals.ts';
import { VERSION } from './version.ts';

export interface RunCommandOptions {
  readonly connect?: string;
  readonly set: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly output: 'text' | 'json';
}

/** @returns the exit code */
export async function runPlan(
  file: string,
  options: RunCommandOptions,
  connecting: Promise<Virsh>,
): Promise<number> {
  const plan = await planFrom(file, options.set);
  const graph = compile(plan);
  const asks = !options.dryRun && !options.yes;
  if (asks && !(process.stdin.isTTY && process.stdout.isTTY)) {
    throw refusal(
      'input-refused',
      'BP093',
      'there is no terminal to ask for confirmation on',
      'add --yes to run without being asked, or --dry-run to see what would be done',
    );
  }
  // What is made here holds a guest's data, or its definition's passwords: it is nobody else's to read.
  process.umask(0o077);
  const driver = await openLiveDriver(
    {
      ...(options.connect === undefined ? {} : { uri: options.connect }),
      domain: plan.domain,
      readonly: options.dryRun === true,
      writeDurably,
    },
    connecting,
  );
  try {
    if (options.dryRun || asks) {
      const admission = await admit(plan, graph, driver);
      if (options.dryRun) return await dryRun(graph, admission);
      refuseErrors(admission);
      if (!(await confirmed(graph, admission))) return EXIT_CODES['preflight-refused'];
    }
    return await locked(plan, graph, driver, options);
  } finally {
    await driver.close();
  }
}

async function dryRun(graph: Graph, admission: Admission): Promise<number> {
  const [{ previewPlan }, { renderPreview }] = await Promise.all([
    import('../simulate/preview.ts'),
    import('../render/preview.ts'),
  ]);
  const preview = { ...previewPlan(graph, admission.world), findings: admission.findings };
  process.stdout.write(
    renderPreview(preview, colorWanted(process.env, process.stdout.isTTY === true)),
  );
  return admission.findings.some((finding) => finding.severity === 'error')
    ? EXIT_CODES['preflight-refused']
    : 0;
}

async function confirmed(graph: Graph, admission: Admission): Promise<boolean> {
  await dryRun(graph, admission);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(
      `\nRun this plan on ${admission.world.domain.name}? Only "yes" is taken for an answer: `,
    );
    if (answer.trim() === 'yes') return true;
    process.stdout.write('refused: nothing was done\n');
    return false;
  } finally {
    terminal.close();
  }
}

/** Takes the lock, looks for another run's marker, holds the plan against the host as it is now, and runs. */
async function locked(
  plan: Plan,
  graph: Graph,
  driver: Driver,
  options: RunCommandOptions,
): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  const id = newRunId(new Date());
  const user = userInfo().username;
  const seen = await driver.observe([]);
  // What libvirt does not know has no identity to lock; preflight says so.
  if (seen.domain.state === 'gone') refuseErrors(await admit(plan, graph, driver, seen));
  const lock = await withState(state, takeLock(state, seen.domain.uuid, id, user));
  if ('heldBy' in lock) {
    const { run: other, pid, user: owner, since } = lock.heldBy;
    throw taken(
      plan.domain,
      `run ${other} (${owner}, pid ${pid}, since ${since})`,
      'wait until it has ended: blockplan status',
    );
  }
  try {
    refuseMarked(plan.domain, await driver.marker());
    const admission = await admit(plan, graph, driver, seen);
    refuseErrors(admission);
    const journal = await withState(state, openJournal(state, id, plan));
    const signals = onInterrupt();
    const display = await renderer(options);
    for (const finding of [...plan.warnings, ...admission.findings])
      display.listener({ time: Date.now(), event: 'finding', finding });
    try {
      const finish = await withState(
        state,
        execute({
          id,
          graph,
          driver,
          journal,
          uri: options.connect ?? process.env['LIBVIRT_DEFAULT_URI'] ?? '',
          user,
          version: VERSION,
          world: admission.world,
          files: admission.files,
          signal: signals.signal,
          listener: display.listener,
        }),
      );
      return finish.exitCode;
    } finally {
      await display.close();
      signals.release();
      await journal.close();
    }
  } finally {
    await lock.release();
  }
}

async function openJournal(state: string, id: string, plan: Plan): Promise<Journal> {
  const folder = await makeRunFolder(state, id);
  await writeFile(join(folder, 'plan.yaml'), plan.text.source, { mode: 0o600 });
  return createJournal(folder);
}

/** Without a place to write down what it intends a run does not begin. */
async function withState<T>(state: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code || !['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'ENOTDIR'].includes(code))
      throw error;
    throw refusal(
      'preflight-refused',
      'BP121',
      `the journal cannot be written below ${state}: ${message}`,
      'make room or give access there, or name another folder in BLOCKPLAN_STATE_DIR; never a temporary one',
    );
  }
}

function refuseMarked(domain: string, marker: Marker | undefined): void {
  if (!marker) return;
  const { run: other, host, user, pid, since } = marker;
  throw taken(
    domain,
    `run ${other} (${user} on ${host}, pid ${pid}, since ${since}), as a marker in its metadata says`,
    host === hostname()
      ? `that run is not alive on this machine any more; look at its journal (blockplan status), bring the domain in order, then: virsh metadata ${domain} --uri urn:blockplan:run:1 --remove --live`
      : `look there: blockplan status`,
  );
}

function taken(domain: string, by: string, hint: string): BlockplanError {
  return refusal('preflight-refused', 'BP120', `"${domain}" is taken by ${by}`, hint);
}

function refusal(
  end: 'input-refused' | 'preflight-refused',
  code: string,
  message: string,
  hint: string,
): BlockplanError {
  const finding: Finding = { code, severity: 'error', message, hint };
  return new BlockplanError(end, [finding]);
}

interface Display {
  readonly listener: Listener;
  close(): Promise<void>;
}

/** Bars on a terminal, plain lines elsewhere, JSON Lines for programs. */
async function renderer(options: RunCommandOptions): Promise<Display> {
  const out = process.stdout;
  // A reader that goes away (`| head`, a closed terminal) must not end a run that is half-way.
  out.on('error', () => {});
  const plain = (listener: (event: RunEvent) => void): Display => ({
    listener,
    close: async () => {},
  });
  if (options.output === 'json') return plain(jsonListener(out));
  if (!out.isTTY || process.env['TERM'] === 'dumb') return plain(linesListener(out));
  const { terminalRenderer } = await import('../render/terminal.ts');
  return terminalRenderer(out, colorWanted(process.env, true));
}
