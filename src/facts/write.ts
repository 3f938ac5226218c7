/** Writes facts as a file to commit next to the plan. */
import type { HostState } from '../model/host-state.ts';
import { emitYaml } from '../plan/emit.ts';
import { factsOf } from './export.ts';

const HEADING = [
  'yaml-language-server: $schema=../schemas/facts.schema.json',
  'State of a guest and of the files that its plan uses, so that a preview needs no hypervisor.',
  'Written by "blockplan facts". Sizes are rounded up and free space down; secrets are left out.',
];

/** The text of a host state's facts file, in YAML. The same state always gives the same bytes. */
export function writeFacts(state: HostState): string {
  return emitYaml({ ...factsOf(state) }, HEADING);
}
