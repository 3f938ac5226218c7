/** The records of snapshots and checkpoints that a run makes: libvirt forgets those of a transient domain when its guest stops. */
import type { World } from '../model/world.ts';
import type { Course } from './course.ts';
import { imagined } from './seen.ts';

/** The records that the run has made and that libvirt has no longer, in sentences. */
export function lostRecords({ graph, begun }: Pick<Course, 'graph' | 'begun'>, now: World) {
  return graph.nodes.flatMap((node) => {
    const start = begun[node.index]?.start;
    const worlds = start ? imagined(node, start) : [];
    const [first, last] = [worlds[0]?.domain, worlds.at(-1)?.domain];
    const lost = (records: 'snapshots' | 'checkpoints', what: string) =>
      (last?.[records] ?? [])
        .filter((name) => !first?.[records].includes(name) && !now.domain[records].includes(name))
        .map((name) => `libvirt has no record of the ${what} ${name} any more`);
    return [...lost('snapshots', 'snapshot'), ...lost('checkpoints', 'checkpoint')];
  });
}
