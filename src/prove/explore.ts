/**
 * Walks a plan's run over a simulated host through everything that can go wrong. A run is played phase by phase, and two
 * runs that stand in the same place on hosts that are the same go on alike: so each place is gone on from once, and the
 * work grows with the length of the plan and not with its square.
 */
import type { Graph } from '../graph/graph.ts';
import { hostOf, type SimulatedHost } from '../host/host-state.ts';
import { foldRecords } from '../journal/run-log.ts';
import { createPlanMachine } from '../machine/machine.ts';
import { onLocal } from '../model/hosts.ts';
import type { World } from '../model/world.ts';
import type { Asking } from '../run/ask.ts';
import { type Course, courseOf, type Finish } from '../run/course.ts';
import {
  backFrom,
  endLeftPhase,
  follow,
  type LeftPhase,
  lookAndMark,
  notTakenUp,
} from '../run/recover.ts';
import { advance, finishUp } from '../run/travel.ts';
import { Identities } from '../simulate/identities.ts';
import { assume } from './assume.ts';
import { endsBlockplan, type Fault } from './faults.ts';
import { wrongAtEnd, wrongMeanwhile, wrongUndisturbed } from './invariants.ts';
import { Hosts, remembering } from './remembered.ts';
import { type Played, play, RUN, siteOf } from './site.ts';
import { Alike, type Stand } from './stand.ts';
import { Adder, type Injection, oneCase, type Tally } from './tally.ts';

/** A part of a run that was played, and where the run stands after it. */
export interface Step {
  readonly played: Played<unknown>;
  readonly injected: readonly Injection[];
  /** Where the run goes on; nothing where it has ended, or where blockplan did. */
  readonly next?: Stand;
  readonly finish?: Finish;
}

/** What comes of a plan when nothing goes wrong. */
export interface Undisturbed {
  readonly finish: Finish;
  /** The World that it leads to. */
  readonly world: World;
}

/** What a run comes to when nothing goes wrong any more. */
interface Ending {
  readonly tally: Tally;
  /** Whether the run went back on the way, and so came by what lies behind it. */
  readonly wentBack: boolean;
}

export class Explorer {
  readonly world: World;
  readonly start: Stand;
  readonly #inspect: (host: SimulatedHost) => readonly string[];
  readonly #alike: Alike;
  readonly #hosts: Hosts;
  readonly #tallies = new Map<string, Tally>();
  readonly #endings = new Map<number, Ending>();
  #undisturbed: Undisturbed | undefined;
  #singly = false;

  /**
   * @param told the World that the plan starts in, with no error in preflight
   * @param files every path that the plan may touch
   */
  constructor(graph: Graph, told: World, files: readonly string[]) {
    const { world } = assume(told, files);
    this.world = world;
    this.#inspect = wrongMeanwhile(world);
    const ids = new Identities();
    this.#alike = new Alike(ids);
    this.#hosts = new Hosts(ids);
    const machine = createPlanMachine(graph);
    const hosts = onLocal({ world, files });
    const of = { graph: remembering(graph, ids), machine, run: RUN, folder: '/run', hosts };
    const course = courseOf(of);
    this.start = { course, site: siteOf(this.#hosts.same(hostOf(world))), left: { course } };
  }

  /** What comes of the plan when nothing goes wrong. */
  get undisturbed(): Undisturbed {
    this.#undisturbed ??= this.#runUndisturbed();
    return this.#undisturbed;
  }

  #runUndisturbed(): Undisturbed {
    for (let stand: Stand | undefined = this.start; stand; ) {
      const { next, finish, played }: Step = this.step(stand, []);
      if (finish) return { finish, world: played.site.host.world };
      stand = next;
    }
    throw new Error('a run that has not finished goes on');
  }

  /** Everything that can come of the plan when so many things at most go wrong. */
  explore(faults: 1 | 2): Tally {
    this.#singly = faults === 1;
    const tally = this.#from(this.start, faults);
    const wrong = wrongUndisturbed(this.undisturbed.finish);
    if (wrong.length === 0) return tally;
    const adder = new Adder();
    // The case itself is among those that were counted.
    adder.add(oneCase(undefined, wrong, false));
    adder.add(tally);
    return adder.tally();
  }

  /**
   * Everything that can come of a run that stands there.
   * @param faults how many more things may go wrong, at least one
   */
  #from(stand: Stand, faults: number): Tally {
    const key = `${this.#singly ? 'single' : faults} ${this.#alike.of(stand)}`;
    const known = this.#tallies.get(key);
    if (known) return known;
    const adder = new Adder();
    this.#branch(stand, [], faults, adder);
    const tally = adder.tally();
    this.#tallies.set(key, tally);
    return tally;
  }

  /** Plays the next part as it is injected so far, and with each thing more that can go wrong in it. */
  #branch(stand: Stand, injected: readonly Injection[], faults: number, adder: Adder): void {
    const step = this.step(stand, injected);
    if (faults === 0) {
      const [only, another] = injected;
      if (only && !another && this.#singly) adder.addSingle(this.#quietly(step).tally, only);
      else adder.add(this.#quietly(step).tally, injected);
      return;
    }
    adder.add(this.#judged(step), injected);
    if (step.next) adder.add(this.#from(step.next, faults), injected);
    const last = injected.at(-1)?.at ?? -1;
    for (const point of step.played.points.slice(last + 1))
      for (const fault of point.faults)
        for (const injection of injectionsOf(stand, point.at, fault))
          this.#branch(stand, [...injected, injection], faults - 1, adder);
  }

  /** What a part came to by itself: an end, and what is wrong. */
  #judged({ finish, played }: Step): Tally {
    const { site } = played;
    const wrong = finish ? wrongAtEnd(this.world, this.undisturbed.world, site, finish) : [];
    return oneCase(finish?.end, [...new Set([...played.wrong, ...wrong])], site.blind);
  }

  /** What comes of a part when nothing more goes wrong: one case. */
  #quietly(step: Step): Ending {
    const here = this.#judged(step);
    if (!step.next) return { tally: here, wentBack: false };
    const ending = this.#ending(step.next);
    if (here.violations.size + here.unknowable.size === 0) return ending;
    const adder = new Adder();
    adder.add(here);
    adder.add(ending.tally);
    return { ...ending, tally: adder.tally() };
  }

  /**
   * What comes of a stand when nothing more goes wrong. Runs with other pasts come to the same where neither goes back:
   * a guest that starts again without its agent makes a past of its own at each phase in which it can happen.
   */
  #ending(stand: Stand): Ending {
    const onward = this.#alike.onward(stand);
    const known = onward === undefined ? undefined : this.#endings.get(onward);
    if (known) return known;
    const key = this.#alike.undisturbed(stand);
    const ending = this.#endings.get(key) ?? this.#comeTo(stand);
    this.#endings.set(ending.wentBack ? key : (onward ?? key), ending);
    return ending;
  }

  #comeTo(stand: Stand): Ending {
    const ending = this.#quietly(this.step(stand, []));
    return stand.course.todo?.direction === 'undo' ? { ...ending, wentBack: true } : ending;
  }

  /** Plays the next part of a run, with these things going wrong in it. */
  step(stand: Stand, injected: readonly Injection[]): Step {
    const map = new Map<number, Fault>(injected.map(({ at, fault }) => [at, fault]));
    const { course, part } = partOf(stand);
    const played = play(part, stand.site, {
      injected: map,
      inspect: this.#inspect,
      hosts: this.#hosts,
    });
    const { site, result } = played;
    const left = follow(stand.left, foldRecords(played.records));
    if (!result) {
      const blind = site.blind || site.journalFull;
      const anew = { ...siteOf(site.host), marked: site.marked, blind };
      const again = injected.at(-1)?.again ?? 'rollback';
      return { played, injected, next: { course: left.course, site: anew, left, again } };
    }
    return result.value
      ? { played, injected, finish: result.value }
      : { played, injected, next: { course, site, left } };
  }
}

/** The next part of a run, and the course that it will change. */
function partOf({ course: former, left, again }: Stand): {
  course: Course;
  part: Asking<Finish | undefined>;
} {
  if (again === undefined) {
    const course = { ...former };
    return { course, part: course.state.final ? finishUp(course, true) : onwards(advance(course)) };
  }
  const course = again === 'resume' ? { ...left.course } : backFrom(left);
  const phase = again === 'resume' ? left.phase : undefined;
  return { course, part: takenUp(course, phase) };
}

/** A run that cannot be taken up says so, and has ended. */
function* takenUp(course: Course, phase: LeftPhase | undefined): Asking<Finish | undefined> {
  if (!(yield* lookAndMark(course, RUN))) return yield* notTakenUp(course);
  yield* endLeftPhase(course, phase);
  return undefined;
}

/** A part that does not end the run. */
function* onwards(part: Asking<unknown>): Asking<undefined> {
  yield* part;
  return undefined;
}

/** A fault that ends blockplan is tried with both ways of taking the run up again. */
function injectionsOf(stand: Stand, at: number, fault: Fault): Injection[] {
  const state = placeOf(stand);
  const injection = { state, at, fault };
  return endsBlockplan(fault)
    ? [
        { ...injection, again: 'rollback' },
        { ...injection, again: 'resume' },
      ]
    : [injection];
}

/** What a seed calls the part of a run that comes next. */
export function placeOf({ course, again }: Stand): string {
  if (again !== undefined) return again;
  return course.state.final ? 'end' : course.state.name;
}
