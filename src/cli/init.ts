/** `blockplan init`: writes a plan for a guest from a shipped plan and what was observed. Changes nothing else. */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { type Code, codes } from '../codes.ts';
import { blockplanOn, virshCommand, virshLine } from '../command.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import { runIdAt } from '../model/run-id.ts';
import { nearest } from '../nearest.ts';
import {
  initialPlanText,
  type NameAttempt,
  templateDescription,
  uncopiedDisks,
} from '../plan/initial-plan.ts';
import { TEMPLATES, type TemplateName } from '../plan/templates.ts';
import { printable } from '../printable.ts';
import { type FirstPlan, firstPlan, type ObserveDrafts } from '../run/first-plan.ts';
import { findDisk, requireSupportedDisk } from '../steps/requirements/disk.ts';
import { checkRunning } from '../steps/requirements/guest.ts';
import { Needs } from '../steps/requirements/requirement.ts';
import { bandwidthOf } from './bandwidth.ts';
import { namedLibvirt } from './connection.ts';
import { unfinishedRun } from './explained.ts';
import { type HostStateOptions, withObserver } from './host-state.ts';
import { askUntilValid, canAsk } from './question.ts';
import { inputRefusal } from './read.ts';
import { existingOutput, writeNewOutput } from './written-output.ts';

export interface InitCommandOptions extends HostStateOptions {
  readonly disk?: string;
  readonly to?: string;
  /** Copy all layers into one file. */
  readonly flat?: boolean;
  /** The speed limit of the copy as typed. */
  readonly bandwidth?: string;
  /** A new file; without it the plan is printed. */
  readonly output?: string;
}

const OUTPUT = { command: 'init', what: 'the plan', code: codes.planNotWritable };

/** @returns the exit code */
export async function initCommand(
  kind: TemplateName | undefined,
  guest: string | undefined,
  options: InitCommandOptions,
): Promise<number> {
  const asks = canAsk(process.stderr);
  if (kind === undefined && !asks) return listTemplates(process.stdout);
  const { output } = options;
  refuseExisting(output);
  const bandwidth = options.bandwidth === undefined ? 0 : bandwidthOf(options.bandwidth);
  const template = kind ?? (await askedKind());
  const named = namedLibvirt(options.connect);
  const listGuests = virshLine(named, 'list', '--all');
  const run = runIdAt(new Date());
  const requireGuest = (name: string): string => {
    if (name !== '') return name;
    throw inputRefusal(
      codes.initIncomplete,
      'no guest was given',
      `add its name: ${blockplanOn(named.connect, 'init', template)} DOMAIN; see: ${listGuests}`,
    );
  };
  const askedGuest = async (answer: string): Promise<string> => {
    const name = requireGuest(answer);
    await withObserver(name, options, run, (observe: ObserveDrafts) =>
      requireUsableGuest(observe, options),
    ).catch((error) => throwIfAbout(error, GUEST_CODES));
    return name;
  };
  const question = `Guest (see ${listGuests}): `;
  const domain = asks
    ? (guest ?? (await askUntilValid(question, process.stderr, askedGuest)))
    : requireGuest(guest ?? '');
  // Without a terminal, a missing folder is refused before libvirt is needed.
  const to = options.to ?? (asks ? undefined : '');
  if (to !== undefined) requireFolder(to);
  const file = output ?? 'plan.yaml';
  const plan = await withObserver(domain, options, run, async (observe: ObserveDrafts) => {
    const first = await requireUsableGuest(observe, options);
    const disk = await chosenDisk(first, options.disk);
    const of = {
      ...{ template, domain: first.domain, disk, flat: options.flat === true },
      ...(bandwidth === 0 ? {} : { bandwidth }),
    };
    const planIn = async (folder: string): Promise<FirstPlan> => {
      const text = (attempt: NameAttempt) => initialPlanText({ ...of, folder, attempt });
      const found = await firstPlan(text, observe, { file, run });
      const findings = found.findings.map((each) => withFolderHint(each, folder));
      return { ...found, findings: [...findings, ...warnOfUncopied(of)] };
    };
    if (to !== undefined) return planIn(to);
    return askUntilValid('Folder for the copy: ', process.stderr, async (answer) => {
      const found = await planIn(requireFolder(answer));
      const errors = found.findings.filter(isError);
      if (errors.every(({ code }) => FOLDER_CODES.includes(code))) refuse(errors);
      return found;
    });
  });
  if (plan.findings.some(isError)) refuse(plan.findings);
  await put(plan.text, options);
  await warn(plan, output);
  return 0;
}

/** What another answer about the guest, or about the folder, can mend. */
const GUEST_CODES: readonly Code[] = [
  codes.domainNotFound,
  codes.guestNotRunning,
  codes.domainLocked,
  codes.factsMismatch,
];
const FOLDER_CODES: readonly Code[] = [codes.folderNotWritable, codes.noSpace];

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/** Other errors are thrown when the answer is used. */
function throwIfAbout(error: unknown, about: readonly Code[]): void {
  const isOther =
    error instanceof BlockplanError && !about.includes(error.findings[0]?.code as Code);
  if (!isOther) throw error;
}

/** @returns the guest as observed, if a run can begin on it */
async function requireUsableGuest(
  observe: ObserveDrafts,
  { facts }: InitCommandOptions,
): Promise<HostState> {
  const first = await observe([]);
  // Facts may be of a host whose journals are elsewhere.
  const unfinished = facts === undefined ? await unfinishedRun(first) : undefined;
  refuse(unfinished ? [unfinished] : checkRunning(first));
  return first;
}

/** Warns of what a preview of the plan would warn of. A plan on standard output has no file to point at. */
async function warn({ findings }: FirstPlan, output: string | undefined): Promise<void> {
  if (findings.length === 0) return;
  const { printFindings } = await import('./print-findings.ts');
  printFindings(output === undefined ? findings.map(withoutPlace) : findings);
}

/** A plan that is called a backup of the guest must not lack a disk in silence. */
function warnOfUncopied(of: Parameters<typeof uncopiedDisks>[0]): Finding[] {
  const uncopied = uncopiedDisks(of);
  if (uncopied.length === 0) return [];
  return [
    {
      code: codes.diskNotCopied,
      severity: 'warning',
      message: `the plan copies ${of.disk.target} only, not ${uncopied.join(', ')}`,
      hint: 'to copy all disks as they are at one instant, use a backup-begin step, as in plans/full-backup.yaml',
    },
  ];
}

function askedKind(): Promise<TemplateName> {
  listTemplates(process.stderr);
  return askUntilValid('Kind of plan: ', process.stderr, requireKind);
}

function requireKind(answer: string): TemplateName {
  const names = Object.keys(TEMPLATES) as TemplateName[];
  const named = names.find((name) => name === answer);
  if (named) return named;
  const near = nearest(answer, names);
  throw inputRefusal(
    codes.initIncomplete,
    answer === '' ? 'no kind of plan was given' : `${printable(answer)} is not a kind of plan`,
    near ? `did you mean "${near}"?` : `choose one of: ${names.join(', ')}`,
  );
}

function listTemplates(output: NodeJS.WritableStream): number {
  const names = Object.keys(TEMPLATES) as TemplateName[];
  const width = Math.max(...names.map(({ length }) => length));
  for (const name of names) output.write(`${name.padEnd(width)}  ${templateDescription(name)}\n`);
  return 0;
}

/** Refuses with all findings. The plan that they are about is not written, so their positions are left out. */
function refuse(findings: readonly Finding[]): void {
  const [first, ...rest] = findings.map(withoutPlace);
  if (first) throw new BlockplanError('preflight-refused', [first, ...rest]);
}

/** virsh blockcopy takes the name of a file. The usual hint is to create the folder, which would then look like an image. */
function withFolderHint(finding: Finding, folder: string): Finding {
  return finding.code === codes.folderNotWritable && /\.(?:img|qcow2|raw)$/i.test(folder)
    ? { ...finding, hint: 'write only the folder: init chooses the file name' }
    : finding;
}

function withoutPlace({ path: _path, position: _position, ...finding }: Finding): Finding {
  return finding;
}

function refuseExisting(file: string | undefined): void {
  if (file !== undefined && existsSync(file)) throw existingOutput(file, OUTPUT);
}

/** @returns the folder, if it is an absolute path */
function requireFolder(folder: string): string {
  if (isAbsolute(folder)) return folder;
  if (folder === '')
    throw inputRefusal(
      codes.initIncomplete,
      'no folder for the copy was given',
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
    const requireDisk = (answer: string): Disk => {
      if (answer !== '') return existingDisk(state, answer);
      throw inputRefusal(
        codes.initIncomplete,
        `the guest "${name}" has several disks: ${list}`,
        `add --disk with one of them; see: ${virshCommand(state.host, 'domblklist', name)}`,
      );
    };
    return canAsk(process.stderr) ? askedDisk(usable, list, requireDisk) : requireDisk('');
  }
  const only = usable[0] ?? disks.find(({ device }) => device === 'disk' || device === 'lun');
  if (only) return only;
  throw new BlockplanError('preflight-refused', [
    {
      code: codes.diskNotFound,
      severity: 'error',
      message: `the guest "${name}" has no disk that a plan can work on`,
      hint: `see: ${virshCommand(state.host, 'domblklist', name)}`,
    },
  ]);
}

function askedDisk(
  disks: readonly Disk[],
  list: string,
  requireDisk: (answer: string) => Disk,
): Promise<Disk> {
  for (const { target, chain } of disks)
    process.stderr.write(`${printable(`${target}  ${chain[0]?.file ?? ''}`)}\n`);
  return askUntilValid(`Disk (${list}): `, process.stderr, requireDisk);
}

function existingDisk(state: HostState, target: string): Disk {
  const found = findDisk(state, target, 'disk');
  refuse(Array.isArray(found) ? found : []);
  return found as Disk;
}

async function put(text: string, { output, connect, facts }: InitCommandOptions): Promise<void> {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeNewOutput(text, output, OUTPUT);
  if (process.stdout.isTTY) {
    const from = facts === undefined ? [] : ['--facts', facts];
    const uri = facts === undefined ? namedLibvirt(connect).connect : undefined;
    process.stdout.write(
      `wrote ${printable(output)}; preview it:\n  $ ${blockplanOn(uri, 'preview', output, ...from)}\n`,
    );
  }
}
