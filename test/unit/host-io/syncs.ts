/** What the local host answers about the sync of files that this user may not open. */
import { localHost } from '../../../src/host-io/local-host.ts';

/** The files that cannot be synced, and how the sync of each file ends. */
export async function syncs(...files: readonly string[]): Promise<unknown> {
  const ends: string[] = [];
  for (const file of files)
    ends.push(
      await localHost.sync([file]).then(
        () => 'synced',
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      ),
    );
  return { unsyncable: await localHost.findUnsyncable(files), ends };
}
