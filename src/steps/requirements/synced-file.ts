/** What steps require of a file that is synced to its storage, after hours of copying. */
import { codes } from '../../codes.ts';
import { includesFile } from '../../model/file-identity.ts';
import type { HostState } from '../../model/host-state.ts';
import { type Needs, type ParamPath, refuse } from './requirement.ts';

/** Requires that blockplan can sync what libvirt and QEMU write to the file, whoever it belongs to by then. */
export function requireSyncable(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  file: string,
): boolean {
  const message = `${file} cannot be synced to its storage: this user can open neither the file nor a folder above it on its file system`;
  return needs.requireUnlisted(
    `${file} can be synced to its storage`,
    { file },
    includesFile(state, state.unsyncable ?? [], file)
      ? [
          refuse(
            codes.pathUnreadable,
            key,
            message,
            'run blockplan as a user who can, such as root',
          ),
        ]
      : [],
  );
}
