/** Facts as a file to commit beside the plan. */
import type { World } from '../model/world.ts';
import { emitYaml } from '../plan/emit.ts';
import { factsOf } from './tell.ts';

const HEADING = [
  'yaml-language-server: $schema=../schemas/facts.schema.json',
  'What blockplan saw of a guest and of what a plan for it goes to: so a preview needs no hypervisor.',
  'Written by "blockplan facts". Sizes are rounded up and free space down; secrets are left out.',
];

/** The text of a World's facts file, in YAML: the same bytes whenever the same is so. */
export function writeFacts(world: World): string {
  return emitYaml({ ...factsOf(world) }, HEADING);
}
