import { readFile } from 'node:fs/promises';
import { command } from './command.ts';

let known: Promise<boolean> | undefined;

/**
 * Whether guests can use KVM here. The device alone proves little: it also exists where the processor
 * lacks the extensions or a hypervisor withholds them, so QEMU has to open it.
 */
export function kvmWorks(): Promise<boolean> {
  known ??= tryKvm();
  return known;
}

async function tryKvm(): Promise<boolean> {
  const processor = await readFile('/proc/cpuinfo', 'utf8');
  if (!/\b(vmx|svm)\b/.test(processor)) return false;
  const machine = ['-machine', 'none,accel=kvm', '-nodefaults', '-display', 'none', '-S'];
  const quit = `printf '{"execute":"qmp_capabilities"}{"execute":"quit"}' |`;
  return command(
    'sh',
    ['-c', `${quit} qemu-system-x86_64 "$@" -qmp stdio`, 'try-kvm', ...machine],
    {
      timeoutMs: 10_000,
    },
  ).then(
    () => true,
    () => false,
  );
}
