/** Options that several commands share. */
import { InvalidArgumentError, Option } from 'commander';

/** Takes the exit code of a command. */
export type SetExitCode = (code: number) => void;

/** Collects the values of an option that can be repeated. */
export function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

export function factsOption(): Option {
  return new Option(
    '--facts <file>',
    'read the host state from a facts file (see blockplan facts)',
  );
}

export function setOption(): Option {
  return new Option('--set <name=value>', 'set a variable of the plan; repeatable')
    .argParser(collect)
    .default([], 'none');
}

export function connectOption(): Option {
  return new Option(
    '-c, --connect <uri>',
    "libvirt URI, as in virsh -c (default: LIBVIRT_DEFAULT_URI, or libvirt's own)",
  );
}

export function notifyOption(): Option {
  return new Option(
    '--notify <file>',
    'notification file (default: /etc/blockplan/notify.yaml for root)',
  );
}

export function metricsOption(): Option {
  return new Option('--metrics <file>', 'write Prometheus metrics of all runs to this file');
}

export function formatOption(formats: readonly string[] = ['text', 'json']): Option {
  return new Option('--format <format>', 'output format').choices(formats).default('text');
}

/** `--output` used to select the format. */
export function formerOutputOption(): Option {
  return new Option('--output <format>')
    .argParser(() => {
      throw new InvalidArgumentError('Use --format to select the format.');
    })
    .hideHelp();
}
