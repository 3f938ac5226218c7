/** `blockplan init`: writes a plan for a guest from a shipped plan and what was observed. Changes nothing else. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand, virshCommand, virshLine } from '../command.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import { runIdAt } from '../model/run-id.ts';
import { initialPlanText, type NameAttempt, templateDescription } from '../plan/initial-plan.ts';
import { draftPlan } from '../plan/read.ts';
import { TEMPLATES, type TemplateName } from '../plan/templates.ts';
import { printable } from '../printable.ts';
import { walk } from '../simulate/walk.ts';
import { steps } from '../steps/registry.ts';
import { findDisk, requireSupportedDisk } from '../steps/requirements/disk.ts';
import { checkRunning } from '../steps/requirements/guest.ts';
import { Needs } from '../steps/requirements/requirement.ts';
import { namedLibvirt } from './connection.ts';
import { type HostStateOptions, readHostState } from './host-state.ts';
import { writeNewFile } from './output-file.ts';
import { ask, canAsk } from './question.ts';
import { inputRefusal } from './read.ts';

export interface InitCommandOptions extends HostStateOptions {
  readonly disk?: string;
  readonly to?: string;
  /** A new file; without it the plan is printed. */
  readonly output?: string;
}

/** How many names are tried for files that must not exist. */
const MOST_ATTEMPTS = 9;

/** @returns the exit code */
export async function initCommand(
  template: TemplateName | undefined,
  domain: string | undefined,
  options: InitCommandOptions,
): Promise<number> {
  if (template === undefined) return listTemplates();
  if (domain === undefined)
    throw inputRefusal(
      codes.initIncomplete,
      'no guest is named',
      `add its name: ${blockplanCommand('init', template)} DOMAIN; see: ${virshLine(namedLibvirt(options.connect), 'list', '--all')}`,
    );
  const { output } = options;
  refuseExisting(output);
  // Without a terminal, a missing folder is refused before libvirt is needed.
  const to = options.to ?? (canAsk(process.stderr) ? undefined : '');
  if (to !== undefined) requireFolder(to);
  const run = runIdAt(new Date());
  const first = await readHostState(domain, [], options, run);
  refuse(checkRunning(first));
  const disk = await chosenDisk(first, options.disk);
  const folder = to ?? requireFolder(await ask('Folder for the copy: ', process.stderr));
  // Facts do not change; a host is observed again for the files of the plan.
  const findingsFor = async (text: string) => {
    const draft = draftPlan({ file: output ?? 'plan.yaml', source: text, steps });
    const state =
      options.facts === undefined ? await readHostState(domain, [draft], options, run) : first;
    return walk(compile(draft.resolve(state, run)), state).findings;
  };
  const textOf = (attempt: NameAttempt) =>
    initialPlanText({ template, domain: first.domain, disk, folder, attempt });
  for (let attempt: NameAttempt = { copy: 1, overlay: 1 }; ; ) {
    const text = textOf(attempt);
    const errors = (await findingsFor(text)).filter(({ severity }) => severity === 'error');
    const next = nextAttempt(attempt, errors);
    // The name of a backup has no more than the time.
    const isOver = Math.max(next.copy, next.overlay) > MOST_ATTEMPTS || textOf(next) === text;
    if (isOver) {
      refuse(errors);
      return put(text, options);
    }
    attempt = next;
  }
}

/** The next name of each new file whose name is taken. */
function nextAttempt({ copy, overlay }: NameAttempt, errors: readonly Finding[]): NameAttempt {
  const isTaken = (key: string) =>
    errors.some(({ code, path = [] }) => code === codes.fileExistence && path.includes(key));
  return {
    copy: isTaken('dest') ? copy + 1 : copy,
    overlay: isTaken('diskspec') ? overlay + 1 : overlay,
  };
}

function listTemplates(): number {
  const names = Object.keys(TEMPLATES) as TemplateName[];
  const width = Math.max(...names.map(({ length }) => length));
  for (const name of names)
    process.stdout.write(`${name.padEnd(width)}  ${templateDescription(name)}\n`);
  return 0;
}

/** Refuses with all findings. The plan that they are about is not written, so their positions are left out. */
function refuse(findings: readonly Finding[]): void {
  const [first, ...rest] = findings.map(
    ({ path: _path, position: _position, ...finding }) => finding,
  );
  if (first) throw new BlockplanError('preflight-refused', [first, ...rest]);
}

function refuseExisting(file: string | undefined): void {
  if (file !== undefined && existsSync(file)) throw existing(file);
}

function existing(file: string): BlockplanError {
  return inputRefusal(
    codes.planNotWritable,
    `${file} already exists, and init overwrites no file`,
    'choose a new file, or remove that one',
  );
}

/** @returns the folder, if it is an absolute path */
function requireFolder(folder: string): string {
  if (isAbsolute(folder)) return folder;
  if (folder === '')
    throw inputRefusal(
      codes.initIncomplete,
      'no folder for the copy is named',
      'add --to with an absolute path of a folder on the host',
    );
  throw inputRefusal(
    codes.pathNotAbsolute,
    `"${folder}" is not an absolute path`,
    'write the absolute path of a folder on the host: /…',
  );
}

/** The disk that is named, the only one that a plan can work on, or the user's choice. */
async function chosenDisk(state: HostState, named: string | undefined): Promise<Disk> {
  const { name, disks } = state.domain;
  if (named !== undefined) return existingDisk(state, named);
  const usable = disks.filter(({ target }) =>
    requireSupportedDisk(new Needs(), state, target, 'disk'),
  );
  const targets = usable.map(({ target }) => target);
  if (targets.length > 1) {
    const list = targets.map(printable).join(', ');
    const answer = canAsk(process.stderr) ? await ask(`Disk (${list}): `, process.stderr) : '';
    if (answer !== '') return existingDisk(state, answer);
    throw inputRefusal(
      codes.initIncomplete,
      `the guest "${name}" has several disks: ${list}`,
      'add --disk with one of them',
    );
  }
  const only = usable[0] ?? disks.find(({ device }) => device === 'disk' || device === 'lun');
  if (only) return only;
  throw new BlockplanError('preflight-refused', [
    {
      code: codes.diskNotFound,
      severity: 'error',
      message: `the domain "${name}" has no disk that a plan can work on`,
      hint: `see: ${virshCommand(state.host, 'domblklist', name)}`,
    },
  ]);
}

function existingDisk(state: HostState, target: string): Disk {
  const found = findDisk(state, target, 'disk');
  refuse(Array.isArray(found) ? found : []);
  return found as Disk;
}

async function put(text: string, { output, connect, facts }: InitCommandOptions): Promise<number> {
  if (output === undefined) {
    process.stdout.write(text);
    return 0;
  }
  try {
    await writeNewFile(output, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw existing(output);
    throw inputRefusal(
      codes.planNotWritable,
      `the plan cannot be written: ${message}`,
      'choose a file in an existing folder that you can write to',
    );
  }
  if (process.stdout.isTTY) {
    const from = facts === undefined ? [] : ['--facts', facts];
    const to = connect === undefined ? [] : ['--connect', connect];
    process.stdout.write(
      `wrote ${printable(output)}; preview it:\n  $ ${blockplanCommand('preview', output, ...from, ...to)}\n`,
    );
  }
  return 0;
}
