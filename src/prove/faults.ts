/** The faults of each request of a run, by their names in seeds. */
import type { Effect, VirshEffect } from '../commands/effect.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { Request } from '../run/requests.ts';

/** Each fault with the clause that describes it. */
export const FAULTS = {
  refused: 'the command is refused',
  'refused-late': 'the command reports an error although it took effect',
  hollow: 'the command reports success without effect',
  'job-dies': 'the job fails before it is ready',
  'job-dies-ready': 'the job fails as soon as it is ready',
  'agent-before': 'the guest agent dies before the command',
  'agent-after': 'the guest agent dies after the command',
  'thawed-after': 'the guest is thawed after the command, because the time is over',
  'guest-paused': 'QEMU pauses the guest for lack of space',
  'daemon-before': 'libvirtd restarts before the command takes effect',
  'daemon-after': 'libvirtd restarts after the command takes effect',
  'gone-before': 'the connection to libvirt is lost for good before the command takes effect',
  'gone-after': 'the connection to libvirt is lost for good after the command takes effect',
  'crash-before': 'QEMU crashes before the command',
  'crash-after': 'QEMU crashes after the command',
  'power-before': 'the host loses power before the command',
  'power-after': 'the host loses power after the command',
  'interrupted-before': 'the user interrupts before the command',
  'interrupted-during': 'the user interrupts during the command',
  'interrupted-after': 'the user interrupts after the command',
  'restarted-before': 'the guest is shut down and started again before the command',
  'edited-before': 'another operator edits the definition before the command',
  'moved-before': 'another operator moves another disk of the guest before the command',
  'snapshot-before': 'another tool takes a snapshot of the disk before the command',
  'copied-before': 'another tool begins to copy the disk before the command',
  unread: 'libvirt refuses a query, because another command holds the domain',
  'hook-fails': 'the hook fails',
  'hook-hangs': 'the hook hangs and is killed at its time limit',
  'hook-changes': 'the hook changes the guest',
  'hook-stopped': 'the user stops waiting for the hooks',
  'left-during': 'the user interrupts twice during the hook and abandons the run',
  'killed-during': 'blockplan is killed during the command',
  'killed-before': 'blockplan is killed before the record is written',
  'killed-after': 'blockplan is killed after the record is written',
  'journal-full': 'the journal cannot be written from this point on',
} as const;

export type Fault = keyof typeof FAULTS;

type FirstWord<Word extends string> = Word extends `${infer First}-${string}` ? First : Word;

const OTHERS_AT_WORK = 'others restart the guest, or work on its disks or definition';

/** The causes of the faults, by the first word of their names: what a summary groups them by. */
const CAUSES: Readonly<Record<FirstWord<Fault>, string>> = {
  refused: 'a command is refused',
  hollow: 'a command reports success without effect',
  job: 'a block job fails',
  agent: 'the guest agent dies',
  thawed: 'the guest is thawed because the time is over',
  guest: 'QEMU pauses the guest for lack of space',
  daemon: 'libvirtd restarts',
  gone: 'the connection to libvirt is lost for good',
  crash: 'QEMU crashes',
  power: 'the host loses power',
  interrupted: 'the user interrupts',
  restarted: OTHERS_AT_WORK,
  edited: OTHERS_AT_WORK,
  moved: OTHERS_AT_WORK,
  snapshot: OTHERS_AT_WORK,
  copied: OTHERS_AT_WORK,
  unread: 'libvirt refuses a query, because another command holds the domain',
  hook: 'a hook fails, changes the guest, or is stopped',
  left: 'the user abandons the run during a hook',
  killed: 'blockplan is killed',
  journal: 'the journal cannot be written',
};

/** The clause that describes the cause of a fault, which several faults share. */
export function causeOf(fault: Fault): string {
  return CAUSES[fault.split('-')[0] as FirstWord<Fault>];
}

/** What others do. It shows at the next effect or the next observation. */
const BY_OTHERS: readonly Fault[] = [
  'restarted-before',
  'edited-before',
  'moved-before',
  'snapshot-before',
  'copied-before',
];

/** Whether others cause the fault, by what they do with the guest. */
export function isByOthers(fault: Fault): boolean {
  return fault === 'unread' || BY_OTHERS.includes(fault);
}

const ANY_EFFECT: readonly Fault[] = [
  ...BY_OTHERS,
  'refused',
  'refused-late',
  'daemon-before',
  'daemon-after',
  'gone-before',
  'gone-after',
  'crash-before',
  'crash-after',
  'power-before',
  'power-after',
  'interrupted-before',
  'interrupted-after',
];
const COMMAND: readonly Fault[] = [...ANY_EFFECT, 'hollow'];
const FREEZE: readonly Fault[] = [...COMMAND, 'agent-before', 'agent-after', 'thawed-after'];
/** The agent answers with what it has thawed. */
const THAW: readonly Fault[] = ANY_EFFECT;
const WAIT: readonly Fault[] = [
  ...ANY_EFFECT,
  'interrupted-during',
  'job-dies',
  'job-dies-ready',
  'guest-paused',
];
const COPY: readonly Fault[] = [
  ...ANY_EFFECT,
  'interrupted-during',
  'killed-during',
  'guest-paused',
];
const FAULTS_OF_VERB: { readonly [V in VirshEffect['verb']]?: readonly Fault[] } = {
  domfsfreeze: FREEZE,
  domfsthaw: THAW,
};
/** The effects that read whole disks. */
const READING: readonly Effect['tool'][] = [
  ...(['qemu-img', 'digest-backup', 'verify-image', 'verify-backups'] as const),
];
/**
 * Before an outcome, its effect has been done. Before any other record, nothing has been done since the previous record, so
 * a kill there equals a kill after the previous record. A power loss at an intent or an outcome equals one at the effect
 * after the intent or before the outcome: an intent is synced, and an outcome is not. A journal that fails at an outcome
 * fails at the next intent as well.
 */
const RECORDS: Readonly<Record<JournalEntry['type'], readonly Fault[]>> = {
  'run-started': [],
  'run-resumed': [],
  'run-left': [],
  made: [],
  'phase-started': ['killed-after', 'journal-full'],
  intent: ['killed-after', 'journal-full'],
  kept: ['killed-after', 'journal-full'],
  'hook-started': ['killed-after', 'journal-full'],
  // A hook has done nothing yet.
  'hook-process': [],
  'hook-finished': ['killed-before', 'killed-after'],
  outcome: ['killed-before', 'killed-after'],
  'phase-finished': ['killed-after'],
  'run-forgotten': [],
  'run-judged': ['killed-before', 'killed-after', 'journal-full'],
  // After it the run has ended.
  'run-finished': ['killed-before'],
};
/** A hook runs on blockplan's own machine, so nothing happens to the guest but what the hook does. */
const HOOK: readonly Fault[] = [
  'hook-fails',
  'hook-hangs',
  'hook-changes',
  'killed-during',
  'power-before',
];
const BEFORE_HOOK: readonly Fault[] = [...HOOK, 'interrupted-during', 'left-during'];
const HOOK_OF_END: readonly Fault[] = [...HOOK, 'hook-stopped'];
const OBSERVE: readonly Fault[] = ['daemon-before', 'unread', ...BY_OTHERS];
const SURVEY: readonly Fault[] = ['daemon-before', 'unread'];
const READ: readonly Fault[] = ['unread'];
const MARK: readonly Fault[] = ['refused'];
const UNMARK: readonly Fault[] = ['refused', 'daemon-before'];

/** The faults of a request; none for a request that asks nothing of the host. */
export function faultsOf(request: Request): readonly Fault[] {
  switch (request.ask) {
    case 'perform': {
      const { effect } = request;
      const { tool } = effect;
      if (tool === 'virsh') return FAULTS_OF_VERB[effect.verb] ?? COMMAND;
      if (tool === 'await-job' || tool === 'await-backup') return WAIT;
      return READING.includes(tool) ? COPY : ANY_EFFECT;
    }
    case 'bundle':
      return ANY_EFFECT;
    case 'append':
      return RECORDS[request.entry.type];
    case 'observe':
      return OBSERVE;
    case 'survey':
      return SURVEY;
    case 'headers':
    case 'marker':
      return READ;
    case 'mark':
      return MARK;
    case 'unmark':
      return UNMARK;
    case 'hook':
      return request.hook.point === 'before' ? BEFORE_HOOK : HOOK_OF_END;
    default:
      return [];
  }
}

/** Whether the fault ends blockplan itself, which interrupts the run. */
export function endsBlockplan(fault: Fault): boolean {
  return ['killed', 'power', 'left'].includes(fault.split('-')[0] ?? '');
}
