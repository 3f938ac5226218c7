/** What steps that move a disk require of the definition: libvirt only updates a disk that has the same target in both. */
import { codes } from '../../codes.ts';
import { virshCommand } from '../../command.ts';
import { definedDisks } from '../../model/defined-disks.ts';
import { includesFile, isSameFile, isSameLocation } from '../../model/file-identity.ts';
import { activeFile, type Disk, type HostState } from '../../model/host-state.ts';
import { type Needs, type ParamPath, type Refusal, refuse, refuseStep } from './requirement.ts';

/**
 * Requires that libvirt updates the definition at a pivot: libvirt compares the paths as text.
 * @param hint what else to do about a disk that only the running guest has
 */
export function requireDefinitionFollows(
  needs: Needs,
  state: HostState,
  disk: Disk,
  hint?: string,
): void {
  needs.require(
    `the definition of the guest, if it has one, names the file that ${disk.target} is on`,
    'domain',
    [
      ...checkPaired(state, disk, 'disk', hint),
      ...checkStale(disk, 'libvirt would silently leave the definition stale'),
    ],
  );
}

/** Refuses a definition that names or spells another file than the guest writes to. @param why the consequence */
export function checkStale(disk: Disk, why: string): Refusal[] {
  const {
    target,
    chain: [active],
    persistentSource,
  } = disk;
  if (
    active === undefined ||
    persistentSource === undefined ||
    isSameLocation(active, { ...active, file: persistentSource })
  )
    return [];
  return [
    refuse(
      codes.definitionMismatch,
      'disk',
      `the persistent definition names ${persistentSource} for ${target}, but the running guest writes to ${active.file}: ${why}`,
      'make them match first, with a redefine step',
    ),
  ];
}

/**
 * Refuses to move a disk that the definition lacks or has under another target. Once the guest stops, the disk would be lost
 * and no rollback could find the file that holds its writes; or the next start would use the old file.
 * @param hint what else to do about a disk that only the running guest has
 */
export function checkPaired(
  state: HostState,
  disk: Disk,
  key: ParamPath,
  hint = 'choose another disk',
): Refusal[] {
  const { domain } = state;
  if (domain.definition === undefined && domain.kept === undefined) return [];
  const { target } = disk;
  const other = otherTarget(
    state,
    target,
    disk.chain.map(({ file }) => file),
  );
  if (other)
    return [
      refuseStep(
        codes.definitionDiskMismatch,
        key,
        `the definition names ${other.file} for ${other.target}, but the running guest has it as ${target}: the definition would keep naming that file`,
        `give the disk the same target in both: ${virshCommand(state.host, 'edit', domain.name)}`,
      ),
    ];
  const own = definedDisks(domain).find((each) => each.target === target);
  if (own?.chain[0]) return [];
  const what = own ? `names no file for ${target}` : `has no disk ${target}`;
  const add = own ? virshCommand(state.host, 'edit', domain.name) : plugIn(state, disk);
  return [
    refuseStep(
      codes.definitionDiskMismatch,
      key,
      `the definition ${what}: once the guest stops, nothing records which file holds its writes`,
      `${hint}, or add ${target} to the definition first: ${add}`,
    ),
  ];
}

function plugIn({ domain, host }: HostState, { target, chain: [top] }: Disk): string {
  const { file = '', format = '' } = top ?? {};
  return virshCommand(
    host,
    'attach-disk',
    domain.name,
    file,
    target,
    '--subdriver',
    format,
    '--config',
  );
}

/** Another disk of the definition that names one of the files, unless it also has that file in the running guest. */
export function otherTarget(
  state: HostState,
  target: string,
  files: readonly string[],
): { readonly target: string; readonly file: string } | undefined {
  return definedDisks(state.domain)
    .filter((each) => each.target !== target)
    .flatMap(({ target: named, chain: [top] }) => (top ? [{ target: named, file: top.file }] : []))
    .filter(({ target: named, file }) => !isSameFile(state, activeFile(state, named), file))
    .find(({ file }) => includesFile(state, files, file));
}
