/** Facts as a file to commit beside the plan. */
import type { HostState } from '../model/host-state.ts';
import { emitYaml } from '../plan/emit.ts';
import { factsOf } from './export.ts';

const HEADING = [
  'yaml-language-server: $schema=../schemas/facts.schema.json',
  'What blockplan saw of a guest and of what a plan for it goes to: so a preview needs no hypervisor.',
  'Written by "blockplan facts". Sizes are rounded up and free space down; secrets are left out.',
];

/** The text of a host state's facts file, in YAML: the same bytes whenever the same is so. */
export function writeFacts(state: HostState): string {
  return emitYaml({ ...factsOf(state) }, HEADING);
}
