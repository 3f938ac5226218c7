/** What steps require of files that another domain or another disk could use. */
import { codes } from '../../codes.ts';
import { virshLine } from '../../command.ts';
import { allDisks } from '../../model/defined-disks.ts';
import {
  fileAt,
  filesOfDisk,
  includesFile,
  layerIndex,
  otherUsersOf,
} from '../../model/file-identity.ts';
import type { Disk, HostState } from '../../model/host-state.ts';
import { type StrayOverlay, unsearchedText } from '../../model/stray-overlay.ts';
import { type Needs, type ParamPath, type Refusal, refuse } from './requirement.ts';

/** Requires that no other domain's chain names these existing files: writing to one of them would corrupt that guest. */
export function requireUnshared(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  files: readonly string[],
): boolean {
  return requireUnnamed(needs, state, key, files, checkOthersRead(state, key));
}

/** Requires that no other domain's chain names those files, whether they exist or not. */
export function requireUnnamed(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  files: readonly string[],
  unread: readonly Refusal[] = [],
): boolean {
  const shared = files.flatMap((file) => {
    const others = otherUsersOf(state, file);
    return others.length === 0
      ? []
      : [
          refuse(
            codes.fileInOtherDomain,
            key,
            `${file} is in the backing chain of ${others.map((name) => `"${name}"`).join(', ')}: a change to it would corrupt that guest`,
            'choose a file that no other domain uses',
          ),
        ];
  });
  return needs.require(`no other domain uses ${files.join(', ')}`, 'others', [
    ...shared,
    ...unread,
  ]);
}

/** Refuses to write to a layer if it is unknown whether another domain uses it. */
function checkOthersRead(state: HostState, key: ParamPath): Refusal[] {
  const unread = state.others.flatMap((other) => other.unread);
  return unread.length === 0
    ? []
    : [
        refuse(
          codes.otherDomainUnreadable,
          key,
          `${unread.join(', ')} cannot be read, so it is unknown whether other domains use the files`,
          'run blockplan as a user who can read them, such as root',
        ),
      ];
}

/** Requires that no other disk of the same guest uses those layers: a merge would corrupt that disk. */
export function requireUnsharedByOwnDisks(
  needs: Needs,
  state: HostState,
  disk: Disk,
  key: ParamPath,
  files: readonly string[],
): boolean {
  const uses = allDisks(state.domain)
    .filter((each) => each.target !== disk.target)
    .flatMap((each) => files.flatMap((file) => useOf(state, each, file) ?? []));
  return needs.require(
    `no other disk of the guest uses ${files.join(', ')}`,
    'domain',
    uses.map((use) =>
      refuse(
        codes.fileInOtherDomain,
        key,
        `${use}: a change to it would corrupt that disk`,
        'choose a layer that no other disk uses',
      ),
    ),
  );
}

/** How a disk uses the file, as the start of a sentence; undefined if it does not. */
function useOf(state: HostState, disk: Disk, file: string): string | undefined {
  if (layerIndex(state, disk.chain, file) >= 0)
    return `${file} is in the chain of ${disk.target} too`;
  return includesFile(state, filesOfDisk(disk), file)
    ? `${file} is also used, by the definition or a block job, for ${disk.target}`
    : undefined;
}

/**
 * Requires that no overlay outside the chains of all domains needs those layers: a merge would make it invalid. A search that
 * was incomplete is a warning.
 */
export function requireNoStrayOverlay(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  files: readonly string[],
): boolean {
  needs.search(files);
  const stray = (state.overlays ?? []).filter(({ backing }) => includesFile(state, files, backing));
  const { unsearched = [] } = state;
  return needs.requireUnlisted(
    `no overlay that no domain uses needs ${files.join(', ')}`,
    'others',
    [
      ...stray.map((overlay) =>
        fileAt(state, overlay.file)?.made
          ? refuseCopy(key, overlay)
          : refuseStray(state, key, overlay),
      ),
      ...(unsearched.length > 0 ? [warnUnsearched(key, files, unsearched)] : []),
    ],
  );
}

/** The result of a copy that ended without a pivot. */
function refuseCopy(key: ParamPath, { file, backing }: StrayOverlay): Refusal {
  return refuse(
    codes.overlayNeedsLayer,
    key,
    `${file} is a copy of this plan above ${backing}, and a change to that file would make it invalid`,
    'copy the whole disk, without "shallow", or commit before the copy',
  );
}

function warnUnsearched(
  key: ParamPath,
  files: readonly string[],
  unsearched: readonly string[],
): Refusal {
  return {
    ...refuse(
      codes.overlayNeedsLayer,
      key,
      unsearchedText(files, unsearched),
      'make sure that no other image needs these files: the commit would make it invalid',
    ),
    severity: 'warning',
  };
}

function refuseStray(
  { domain, host }: HostState,
  key: ParamPath,
  { file, backing, snapshot }: StrayOverlay,
): Refusal {
  const change = `a change to ${backing}, its backing file, would make it invalid`;
  return snapshot === undefined
    ? refuse(
        codes.overlayNeedsLayer,
        key,
        `${file} is an overlay that no domain uses now, and ${change}`,
        'if nothing needs it, remove it or move it to another folder; otherwise choose another base',
      )
    : refuse(
        codes.overlayNeedsLayer,
        key,
        `${file} holds the data of the snapshot "${snapshot}", and ${change}`,
        `choose another base, or delete the snapshot if nothing needs it: ${virshLine(host, 'snapshot-delete', domain.name, snapshot)}`,
      );
}
