/** Where a run stands, and which runs go on alike: those that stand in the same place, on hosts that are the same. */
import { isUp } from '../model/world.ts';
import type { Begun, Course } from '../run/course.ts';
import type { Left } from '../run/recover.ts';
import type { Identities } from '../simulate/identities.ts';
import type { Site } from './site.ts';
import type { Again } from './tally.ts';

/** A run between two of its parts. */
export interface Stand {
  readonly course: Course;
  readonly site: Site;
  /** What the journal tells of it. */
  readonly left: Left;
  /** Set where blockplan has ended, and is started again to go on or back. */
  readonly again?: Again;
}

/** Tells which runs go on alike. */
export class Alike {
  readonly #ids: Identities;
  /** For what a phase began with, a number for that and for what all phases before it began with. */
  readonly #pasts = new WeakMap<Begun, number>();

  constructor(ids: Identities) {
    this.#ids = ids;
  }

  /** A number that two stands share if they go on alike, whatever goes wrong. */
  of(stand: Stand): number {
    const { course, phase } = stand.left;
    // What the journal tells counts for itself only where it tells something else.
    const told = course === stand.course ? undefined : this.#ahead(course);
    return this.#ids.ofAll([this.#here(stand), told, phase]);
  }

  /** The same where nothing goes wrong any more: then nobody reads the journal of a run that has not been left. */
  undisturbed(stand: Stand): number {
    return stand.again === undefined ? this.#here(stand) : this.of(stand);
  }

  /**
   * The same for two stands that go on alike until one goes back: on its way forward a run looks no further behind it
   * than to what the present step began with. Undefined where it does not go forward, or is taken up by what its journal
   * tells.
   */
  onward({ course, site, again }: Stand): number | undefined {
    const { graph, todo, begun } = course;
    if (again !== undefined || todo?.direction !== 'do') return undefined;
    const { index } = todo;
    const step = graph.nodes[index]?.first ? undefined : begun[index - 1]?.start;
    return this.#ids.ofAll([
      'onward',
      ...this.#around(course, site),
      this.#ahead(course, step ?? 'none'),
    ]);
  }

  #here({ course, site, again }: Stand): number {
    return this.#ids.ofAll([...this.#around(course, site), this.#ahead(course), again]);
  }

  #around({ todo }: Course, site: Site): readonly unknown[] {
    const { host, marked, contact, journalFull, interrupted, blind } = site;
    // A way back asks nobody whether to go on.
    const listens = todo?.direction === 'do' && interrupted;
    return [host, marked, contact, journalFull, listens, blind];
  }

  /** What a course still depends on: what lies behind it no more, and that it was interrupted only for its exit code. */
  #ahead(course: Course, past: unknown = this.#pastOf(course)): number {
    const { state, hosts, doubts, takenUp } = course;
    const known = Object.values(hosts).flatMap(({ kept, lastUp, since, lastSeen, overwritten }) => [
      ...[kept, isUp(lastSeen), overwritten, since],
      ...lastUp,
    ]);
    return this.#ids.ofAll([state.name, past, doubts, takenUp, ...known]);
  }

  #pastOf({ begun, todo }: Course): number | undefined {
    return this.#past(begun, Math.min(todo?.index ?? 0, begun.length - 1));
  }

  /** A phase's Worlds are only ever put behind those of the same phases, so each is looked at once. */
  #past(begun: Course['begun'], last: number): number | undefined {
    if (last < 0) return undefined;
    const at = begun[last];
    const known = at && this.#pasts.get(at);
    if (known !== undefined) return known;
    const past = this.#ids.ofAll([last, this.#past(begun, last - 1), at?.before]);
    if (at) this.#pasts.set(at, past);
    return past;
  }
}
