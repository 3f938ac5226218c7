/** What can go wrong around each thing that a run asks for, by the names that a seed spells. */
import type { JournalEntry } from '../journal/journal.ts';
import type { Request } from '../run/requests.ts';

/** Each fault with the clause that tells of it. */
export const FAULTS = {
  refused: 'the host refuses it',
  'refused-late': 'the host refuses it, although it took hold',
  hollow: 'the host says that it is done, and nothing has happened',
  'job-dies': 'the job fails half-way',
  'job-dies-ready': 'the job fails as soon as it is ready',
  'guest-paused': 'QEMU pauses the guest, for want of space',
  'daemon-before': 'libvirtd is restarted before it took hold',
  'daemon-after': 'libvirtd is restarted after it took hold',
  'gone-before': 'contact to libvirt is lost for good before it took hold',
  'gone-after': 'contact to libvirt is lost for good after it took hold',
  'crash-before': 'QEMU crashes before it',
  'crash-after': 'QEMU crashes after it',
  'power-before': 'the host loses power before it',
  'power-after': 'the host loses power after it',
  'interrupted-before': 'the user interrupts before it',
  'interrupted-during': 'the user interrupts while it is under way',
  'interrupted-after': 'the user interrupts after it',
  'killed-during': 'blockplan is killed while it is under way',
  'killed-before': 'blockplan is killed before the record is written',
  'killed-after': 'blockplan is killed after the record is written',
  'journal-full': 'the journal cannot be written from here on',
} as const;

export type Fault = keyof typeof FAULTS;

const ANY_EFFECT: readonly Fault[] = [
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
/**
 * Before an outcome its effect has been done. Before any other record nothing has been done since the one that precedes
 * it, so that a kill there is the kill after that one. A loss of power at a record leaves what one at the effect that
 * follows an intent, or precedes an outcome, leaves: an outcome is not synced, and an intent is. A journal that fails at
 * what has happened fails at the next intent as well.
 */
const RECORDS: Readonly<Record<JournalEntry['type'], readonly Fault[]>> = {
  'run-started': [],
  'run-resumed': [],
  'run-left': [],
  made: [],
  'phase-started': ['killed-after', 'journal-full'],
  intent: ['killed-after', 'journal-full'],
  kept: ['killed-after', 'journal-full'],
  outcome: ['killed-before', 'killed-after'],
  'phase-finished': ['killed-after'],
  'run-forgotten': [],
  // After it the run is over.
  'run-finished': ['killed-before'],
};
const LOOK: readonly Fault[] = ['daemon-before'];
const UNMARK: readonly Fault[] = ['refused', 'daemon-before'];

/** What can go wrong with that request; nothing for one that asks nothing of the host. */
export function faultsOf(request: Request): readonly Fault[] {
  switch (request.ask) {
    case 'perform': {
      const { tool } = request.effect;
      if (tool === 'virsh') return COMMAND;
      if (tool === 'await-job') return WAIT;
      return tool === 'qemu-img' ? COPY : ANY_EFFECT;
    }
    case 'bundle':
      return ANY_EFFECT;
    case 'append':
      return RECORDS[request.entry.type];
    case 'observe':
    case 'survey':
      return LOOK;
    case 'unmark':
      return UNMARK;
    default:
      return [];
  }
}

/** Whether blockplan itself ends with it, so that the run is interrupted. */
export function endsBlockplan(fault: Fault): boolean {
  return fault.startsWith('killed') || fault.startsWith('power');
}
