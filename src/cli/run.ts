/** `blockplan run`: connects to libvirt first, so that it answers while the rest is loaded and the plan is read. */
import { localHost } from '../host-io/local-host.ts';
import { openVirsh } from '../libvirt/virsh.ts';
import { chosenConnection } from './connection.ts';
import type { RunCommandOptions } from './run-plan.ts';

/** @returns the exit code */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const connecting = openVirsh(localHost, {
    ...chosenConnection(options.connect),
    readonly: options.dryRun === true,
  });
  // A failed connection is reported where it is used; errors in the plan come first.
  const closed = connecting.then(
    (virsh) => () => virsh.close(),
    () => async () => {},
  );
  try {
    const { runPlan } = await import('./run-plan.ts');
    return await runPlan(file, options, connecting);
  } finally {
    await (await closed)();
  }
}
