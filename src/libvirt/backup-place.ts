/** What a driver has for the effects of a backup. */
import type { HostIO } from '../host-io/host-io.ts';
import type { BackupWatch } from './await-backup.ts';
import type { ComparedFiles } from './compared-files.ts';
import type { GuestFreeze } from './guest-freeze.ts';
import type { MadeFiles } from './made-files.ts';
import type { Virsh } from './virsh.ts';

export interface BackupPlace {
  readonly io: HostIO;
  readonly virsh: Virsh;
  readonly domain: string;
  readonly made: MadeFiles;
  readonly compared: ComparedFiles;
  readonly watch: BackupWatch;
  readonly freeze: GuestFreeze;
  /** @throws EffectFailed where anything uses one of the files */
  requireUnused(files: readonly string[]): Promise<void>;
  /** Waits for all events up to now; false where libvirt sends none. */
  settled(signal?: AbortSignal): Promise<boolean>;
}
