/** What several kinds of steps ask of a World before they begin, and how they say that it is not so. */
import { isAbsolute, normalize } from 'node:path';
import { blockplanCommand, commandLine, virshCommand } from '../command.ts';
import type { Finding } from '../errors.ts';
import { whyUnsupported } from '../model/disk-elements.ts';
import {
  filesOfLayer,
  includesFile,
  otherUsersOf,
  otherWritersOf,
} from '../model/file-identity.ts';
import { isOlder } from '../model/release.ts';
import { type Disk, diskOf, type World } from '../model/world.ts';

/** A refusal; the path is relative to the step's parameters. */
export function refuse(
  code: string,
  path: string | readonly (string | number)[],
  message: string,
  hint?: string,
): Finding {
  return {
    code,
    severity: 'error',
    message,
    path: typeof path === 'string' ? [path] : path,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Refuses the name of a file that is there where it is no absolute path. It may be spelled as libvirt spells it. */
export function checkAbsolute(
  key: string | readonly (string | number)[],
  file: string | undefined,
): Finding[] {
  if (file === undefined || isAbsolute(file)) return [];
  return [
    refuse(
      'BP050',
      key,
      `"${file}" is not an absolute path`,
      'write the path from the root of the host: /…',
    ),
  ];
}

/** Refuses the name of a file that a step makes or writes to where it is not an absolute, plain path. */
export function checkPlainPath(
  key: string | readonly (string | number)[],
  file: string | undefined,
): Finding[] {
  const findings = checkAbsolute(key, file);
  if (file === undefined || findings.length > 0) return findings;
  if (normalize(file) !== file || file.endsWith('/')) {
    return [
      refuse(
        'BP050',
        key,
        `"${file}" is not a plain path to a file`,
        `write it without "..", "//" and a "/" at its end`,
      ),
    ];
  }
  return [];
}

/** Refuses options that exclude each other. */
export function checkExclusive(
  params: Readonly<Record<string, unknown>>,
  a: string,
  b: string,
): Finding[] {
  return params[a] && params[b]
    ? [refuse('BP051', b, `"${a}" and "${b}" exclude each other`, `keep one of the two`)]
    : [];
}

/** Refuses an option that says nothing without another one. */
export function checkNeeds(
  params: Readonly<Record<string, unknown>>,
  option: string,
  other: string,
): Finding[] {
  return params[option] !== undefined && params[option] !== false && !params[other]
    ? [
        refuse(
          'BP052',
          option,
          `"${option}" has a meaning only together with "${other}"`,
          `add "${other}", or leave "${option}" out`,
        ),
      ]
    : [];
}

/** Refuses a domain that is not there or whose guest does not run. */
export function checkRunning(world: World): Finding[] {
  const { name, state } = world.domain;
  if (state === 'gone') {
    if (world.untold?.includes('uri'))
      return [
        refuse(
          'BP101',
          [],
          `the facts say that libvirt knows no domain "${name}"`,
          `write down what it is like once it is there: ${blockplanCommand('facts', name)}`,
        ),
      ];
    const { uri } = world.host;
    const hint = uri.endsWith('/session')
      ? "that is the connection of a user's own guests; the system's are reached with: -c qemu:///system"
      : `see: ${commandLine('virsh', '-c', uri, 'list', '--all')}`;
    return [refuse('BP101', [], `${uri} knows no domain "${name}"`, hint)];
  }
  if (state !== 'running' && state !== 'paused') {
    return [
      refuse(
        'BP102',
        [],
        `the domain "${name}" is ${state}: live disk work needs a running guest`,
        `start it: ${virshCommand('start', name)}`,
      ),
    ];
  }
  return [];
}

/** The named disk when a block job can be started on it; else the reason why not. */
export function workableDisk(
  world: World,
  target: string,
  key: string | readonly (string | number)[] = 'disk',
): Disk | Finding[] {
  const running = checkRunning(world);
  if (running.length > 0) return running;
  const { name, disks } = world.domain;
  const disk = diskOf(world, target);
  if (!disk) {
    const names = disks.map((each) => each.target).join(', ') || 'none';
    return [
      refuse(
        'BP103',
        key,
        `the domain "${name}" has no disk "${target}"; it has: ${names}`,
        `see: ${virshCommand('domblklist', name)}`,
      ),
    ];
  }
  // libvirt takes no such definition, but a file of facts may have one.
  if (disks.filter((each) => each.target === target).length > 1)
    return [refuse('BP103', key, `"${name}" has several disks "${target}"`)];
  if (target === '') return [refuse('BP103', key, `a disk of "${name}" has no target`)];
  if (disk.device !== 'disk' && disk.device !== 'lun') {
    return [refuse('BP104', key, `${target} is a ${disk.device}: there is no block job for it`)];
  }
  if (disk.readonly)
    return [refuse('BP104', key, `${target} is read-only: there is nothing to move or to commit`)];
  const active = disk.chain[0]?.file;
  if (active === undefined) return [refuse('BP104', key, `${target} has no medium`)];
  if (!active.startsWith('/')) {
    return [
      refuse(
        'BP104',
        key,
        `${target} is on ${active}, which is neither a file nor a block device of this host`,
        'blockplan works on local files and block devices only',
      ),
    ];
  }
  const unsupported = checkSupported(disk, key);
  if (unsupported.length > 0) return unsupported;
  const several = checkOneFile(key, disk);
  if (several.length > 0) return several;
  if (disk.job) {
    return [
      refuse(
        'BP105',
        key,
        `${target} already has a block job (${disk.job.type}${disk.job.ready ? ', ready' : ''})`,
        `let it end, or end it: ${virshCommand('blockjob', name, target, '--info')}`,
      ),
    ];
  }
  const written = writtenElsewhere(world, disk);
  if (written !== undefined) {
    return [
      refuse(
        'BP155',
        key,
        `${written}: a copy, a snapshot or a commit would leave out what is written there`,
        'blockplan works on disks that one guest alone writes to',
      ),
    ];
  }
  return disk;
}

/** Refuses a disk with a property that blockplan does not model: what a step would make of it is not known. */
export function checkSupported(
  { target, unsupported = [] }: Disk,
  key: string | readonly (string | number)[],
): Finding[] {
  return unsupported.map((property) =>
    refuse(
      'BP126',
      key,
      `${target} has ${property}: ${whyUnsupported(property)}`,
      `no step works on a disk with ${property}`,
    ),
  );
}

/** Who else writes to a layer of the disk, as the beginning of a sentence; undefined where nobody does. */
function writtenElsewhere(world: World, disk: Disk): string | undefined {
  const own = world.domain.disks.filter((each) => each.target !== disk.target && !each.readonly);
  for (const file of disk.chain.flatMap(filesOfLayer)) {
    const writers = otherWritersOf(world, file).map((name) => `"${name}"`);
    if (writers.length > 0)
      return `${file}, a layer of ${disk.target}, is written to by ${writers.join(', ')}`;
    const second = own.find(({ chain: [top], job }) =>
      includesFile(world, [...(top ? filesOfLayer(top) : []), job?.mirror], file),
    );
    if (second)
      return `${file}, a layer of ${disk.target}, is written to as ${second.target} as well`;
  }
  return undefined;
}

/** Refuses a disk on an image of several files: libvirt sets up access to one, and a job would leave the rest behind. */
function checkOneFile(key: string | readonly (string | number)[], disk: Disk): Finding[] {
  const image = disk.chain.find(({ dataFiles = [] }) => dataFiles.length > 0);
  if (!image?.dataFiles) return [];
  const what = `${disk.target} rests on ${image.file}, which keeps its data in other files: ${image.dataFiles.join(', ')}`;
  return [refuse('BP144', key, what, 'blockplan works on disks whose layers are one file each')];
}

/** Refuses an option that this libvirt does not have yet. */
export function checkSince(
  world: World,
  params: Readonly<Record<string, unknown>>,
  option: string,
  since: string,
): Finding[] {
  const { libvirt } = world.host;
  return params[option] && libvirt !== undefined && isOlder(libvirt, since)
    ? [
        refuse(
          'BP130',
          option,
          `libvirt ${libvirt} does not have "${option}", which came with ${since}`,
          `leave "${option}" out, or use a newer libvirt`,
        ),
      ]
    : [];
}

/** Refuses files that another domain's chain names: to write to, or to remove, one of them corrupts that guest. */
export function checkNotShared(
  world: World,
  key: string | readonly (string | number)[],
  files: readonly string[],
): Finding[] {
  return files.flatMap((file) => {
    const others = otherUsersOf(world, file);
    return others.length === 0
      ? []
      : [
          refuse(
            'BP109',
            key,
            `${file} is in the disk chain of ${others.map((name) => `"${name}"`).join(', ')}: a change to it would corrupt that guest`,
            'choose a file that no other domain uses',
          ),
        ];
  });
}

/** Refuses to write into a layer where nobody could look whether another domain rests on it. */
export function checkOthersRead(
  world: World,
  key: string | readonly (string | number)[],
): Finding[] {
  const unread = world.others.flatMap((other) => other.unread);
  return unread.length === 0
    ? []
    : [
        refuse(
          'BP124',
          key,
          `it cannot be told whether other domains rest on the files: ${unread.join(', ')} cannot be read`,
          'run it as a user who may read them, such as root',
        ),
      ];
}
