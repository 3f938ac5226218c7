/** Collects what `doctor` needs beyond the host state: records, headers, disk errors and stray overlays. Only reads. */
import type { HostIO } from '../host-io/host-io.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import type { Examination, HeaderChain } from '../model/examination.ts';
import { filesOfDisk, filesOfLayer } from '../model/file-identity.ts';
import type { Domain, Layer } from '../model/host-state.ts';
import type { Marker } from '../model/marker.ts';
import type { Answer } from './answer.ts';
import { withDataFiles } from './data-files.ts';
import { ExaminedAnswers } from './examined-answers.ts';
import { readHeaderChain } from './header-chain.ts';
import { readMarker } from './marker.ts';
import { LOCKED_ANSWER_MS, mayBeReadAgain, NOT_RUNNING } from './read-answer.ts';
import { snapshotRecords } from './records.ts';
import { timesWritten } from './times-written.ts';
import { readTracking } from './tracking.ts';
import type { Virsh } from './virsh.ts';

/** @param domain as it was just observed; libvirt must know it */
export async function examineDomain(
  io: HostIO,
  virsh: Virsh,
  domain: Domain,
): Promise<Examination> {
  const tops = topsOf(domain);
  const chains = await Promise.all(tops.map((top) => readHeaderChain(io, top)));
  const headers = Object.fromEntries(tops.map(({ file }, at) => [file, chains[at] as HeaderChain]));
  const own = await ownFiles(io, domain, chains);
  const queries = [
    ['domstate', '--domain', domain.name, '--reason'],
    ['domblkerror', '--domain', domain.name],
    ...(domain.managedSave ? [['managedsave-dumpxml', '--domain', domain.name]] : []),
  ];
  const asked = await virsh.runAll(queries, { timeoutMs: LOCKED_ANSWER_MS });
  const answers = new ExaminedAnswers();
  const read = (what: string, answer: Answer | undefined, ...absent: readonly RegExp[]) =>
    answers.read({ part: 'other', what }, answer, ...absent);
  const reason = read('the reason for its state', asked[0]) ?? '';
  const errors = read('the I/O errors of its disks', asked[1], NOT_RUNNING);
  const saved = read('its managed save image', asked[2], NOT_SAVED);
  const marker = await markerOf(virsh, domain.name, answers);
  const snapshots = await snapshotRecords(virsh, domain, answers);
  const checkpoints = await readTracking(virsh, domain, headers, answers);
  const { unread } = answers;
  return {
    now: Date.now(),
    reason: /\((.*)\)\s*$/.exec(reason)?.[1] ?? '',
    headers,
    ...{ snapshots, checkpoints },
    diskErrors: diskErrors(errors ?? ''),
    ...(saved === undefined ? {} : { saved: sources(saved) }),
    ...(marker === undefined ? {} : { marker }),
    ...(unread.length === 0 ? {} : { unread }),
    mirrorsBorn: await birthsOf(
      io,
      domain.disks.flatMap(({ job }) => (job?.mirror === undefined ? [] : [job.mirror])),
    ),
    written: await timesWritten(io, own),
    beside: (await io.findOverlays(own)).overlays,
  };
}

/** What libvirt says where the managed save image is gone (qemu_driver.c). */
const NOT_SAVED = /does not have managed save image/;

async function markerOf(
  virsh: Virsh,
  domain: string,
  answers: ExaminedAnswers,
): Promise<Marker | undefined> {
  try {
    return await readMarker(virsh, domain);
  } catch (error) {
    if (!mayBeReadAgain(error)) throw error;
    const what = 'whether a run has marked the domain';
    answers.unread.push({ part: 'other', what, why: error.message });
    return undefined;
  }
}

/** Every path that an examination names; a survey of them shows which files exist. */
export function examinedFiles(examination: Examination): string[] {
  const { headers, snapshots, saved, beside } = examination;
  const records = snapshots.flatMap(({ disks, memory }) => [
    ...disks.flatMap(({ overlay, base }) => [overlay, base]),
    memory,
  ]);
  const named = [
    ...Object.values(headers).flatMap(({ layers }) => layers.map(({ file }) => file)),
    ...records,
    ...Object.values(saved ?? {}),
    ...beside.map(({ file }) => file),
  ];
  return [...new Set(named.flatMap((file) => (file?.startsWith('/') ? [file] : [])))];
}

/** The images whose headers matter: those that the guest writes to, and those that its definition names. */
function topsOf({ disks, definition }: Domain): Layer[] {
  const defined = definition === undefined ? [] : readDomainXml(definition).disks;
  const tops = [...disks, ...defined].flatMap(({ chain: [top] }) => (top ? [top] : []));
  return tops.filter(({ file }, at) => tops.findIndex((each) => each.file === file) === at);
}

async function ownFiles(
  io: HostIO,
  { disks }: Domain,
  chains: readonly HeaderChain[],
): Promise<string[]> {
  const blocks = new Set(
    disks.flatMap(({ chain }) => chain.filter(({ block }) => block).map(({ file }) => file)),
  );
  const layers = [...disks.flatMap(({ chain }) => chain), ...chains.flatMap((each) => each.layers)];
  const named = [
    ...disks.flatMap(filesOfDisk),
    ...(await Promise.all(layers.map((layer) => withDataFiles(io, layer)))).flatMap(filesOfLayer),
  ];
  return [...new Set(named)].filter((file) => file.startsWith('/') && !blocks.has(file));
}

/** `virsh domblkerror`: lines of `vda: no space`. */
function diskErrors(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\S+): (.+)$/gm)].map(([, target, error]) => [target ?? '', error ?? '']),
  );
}

function sources(xml: string): Record<string, string> {
  return Object.fromEntries(
    readDomainXml(xml).disks.flatMap(({ target, chain: [top] }): [string, string][] =>
      top ? [[target, top.file]] : [],
    ),
  );
}

async function birthsOf(io: HostIO, files: readonly string[]): Promise<Record<string, number>> {
  const born = await Promise.all(
    files
      .filter((file) => file.startsWith('/'))
      .map(async (file): Promise<[string, number][]> => {
        const found = await io.stat(file);
        return found ? [[file, Number(found.born) / 1e6]] : [];
      }),
  );
  return Object.fromEntries(born.flat());
}
