/** `blockplan run`: connects to libvirt first, so that it answers while the rest is loaded and the plan is read. */
import { localHost } from '../host-io/local-host.ts';
import { openVirsh } from '../libvirt/virsh.ts';
import type { RunCommandOptions } from './run-plan.ts';

/** @returns the exit code */
export async function runCommand(file: string, options: RunCommandOptions): Promise<number> {
  const connecting = openVirsh(localHost, {
    ...(options.connect === undefined ? {} : { uri: options.connect }),
    readonly: options.dryRun === true,
  });
  // A connection that fails is told by whoever needs it; what is wrong with the plan comes first.
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
