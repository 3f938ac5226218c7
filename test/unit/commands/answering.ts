/** Hosts and commands for tests of what the simulated libvirt and QEMU answer. */
import type { Word } from '../../../src/commands/define.ts';
import {
  type CommandEffect,
  commandDefinition,
  type Effect,
} from '../../../src/commands/effect.ts';
import { type SimulatedHost, simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { backupXml } from '../../../src/model/backup-xml.ts';
import type { Destination } from '../../../src/model/destination.ts';
import type { Disk, Domain } from '../../../src/model/host-state.ts';
import { qemuImgEffect, virshEffect } from '../../effects.ts';
import { BASE, DATA, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

export type Job = NonNullable<Disk['job']>;

export const DEST = '/new/copy.qcow2';
export const OLD = '/new/old.qcow2';
const CHAIN = disk('vda', [SNAP2, SNAP1, BASE]);
const RAW = disk('vda', ['/images/a.img']);

export interface Parts {
  readonly of?: Partial<Domain>;
  readonly job?: Job;
  readonly raw?: true;
  /** Adds a second disk, without a job. */
  readonly two?: true;
}

/** A host with a job of vda, if one is given, and with the file OLD. */
export function host({ of = {}, job, raw, two }: Parts = {}): SimulatedHost {
  const vda = { ...(raw ? RAW : CHAIN), ...(job ? { job } : {}) };
  const disks = two ? [vda, disk('vdb', [DATA])] : [vda];
  const header = { format: 'qcow2', virtualSize: 5_000_000 } as const;
  const place: Destination = { kind: 'file', heldBy: [], length: 5_000_000, header };
  const files = { [OLD]: { size: 1, format: 'qcow2', backing: SNAP1, place } };
  return simulatedHostOf(looked(world({ disks, domain: of, files }), [DEST]));
}

/** The host after a command whose obstacle is taken away; undefined for a command without that. */
export function unobstructed(before: SimulatedHost, effect: Effect): SimulatedHost | undefined {
  const { args } = effect as CommandEffect;
  return commandDefinition(effect as CommandEffect).unobstructed?.(before, args as never);
}

export const DOMAIN = ['--domain', 'testvm'];
export const VDA = [...DOMAIN, '--path', 'vda'];
export const virsh = (verb: string, ...words: readonly Word[]) => virshEffect([verb, ...words]);
export const copy = (...words: string[]) => virsh('blockcopy', ...VDA, '--transient-job', ...words);
export const commit = (...words: string[]) => virsh('blockcommit', ...VDA, ...words);
export const pull = (...words: string[]) => virsh('blockpull', ...VDA, ...words);
export const snapshot = (...words: string[]) =>
  virsh('snapshot-create-as', ...DOMAIN, '--name', 's', ...words);
export const overlay = (file: string) => [
  '--diskspec',
  `vda,snapshot=external,driver=qcow2,file=${file}`,
];
export const undefine = (...words: string[]) => virsh('undefine', ...DOMAIN, ...words);
export const backup = (file: string) =>
  virsh('backup-begin', ...DOMAIN, '--reuse-external', '--backupxml', {
    file: 'backup.xml',
    content: backupXml([{ disk: 'vda', file }], []),
  });
export const convert = (...words: string[]) =>
  qemuImgEffect(['convert', '-p', '-W', '-m', '8', '-O', 'qcow2', ...words]);
export const create = (file: string) =>
  qemuImgEffect(['create', '-q', '-f', 'qcow2', '-b', BASE, '-F', 'qcow2', file]);
