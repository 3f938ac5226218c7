/** The same case on the simulated host: finds the record in a simulated run, injects the fault there, and returns the end. */

import { withoutBackup } from '../../src/host/jobs.ts';
import { updateDomain } from '../../src/host/simulated-host.ts';
import { foldRecords } from '../../src/journal/run-log.ts';
import { isBackedUp } from '../../src/model/host-state.ts';
import type { End } from '../../src/outcomes.ts';
import { type ExploredPart, Explorer } from '../../src/prove/explore.ts';
import type { Fault } from '../../src/prove/faults.ts';
import { endsBlockplan } from '../../src/prove/faults.ts';
import { proofEnvironmentOf } from '../../src/prove/proof-environment.ts';
import type { ProofState } from '../../src/prove/proof-state.ts';
import type { Injection, Restart } from '../../src/prove/tally.ts';
import { applyRecord } from '../../src/run/interrupted-run.ts';
import type { Finish } from '../../src/run/run-state.ts';
import { guestStarts } from '../../src/simulate/host-faults.ts';
import type { Case, Written } from './cases.ts';
import { NOT_BEGUN, virshWords } from './judge.ts';
import type { Stage } from './scene.ts';
import { type Spot, spotsOf } from './spots.ts';

/** The possible ends of a simulated run, each with the seed that leads to it. */
export interface Foretold {
  readonly ends: readonly (End | typeof NOT_BEGUN)[];
  readonly seeds: readonly string[];
}

export class Simulated {
  readonly #explorer: Explorer;
  readonly #spots: readonly Spot[];

  /** @throws Error if the simulated run writes other records than the real one */
  constructor(
    { graph, admission }: Pick<Stage, 'graph' | 'admission'>,
    records: readonly Written[],
  ) {
    this.#explorer = new Explorer(graph, admission.state, admission.files);
    this.#spots = spotsOf(this.#explorer, records);
  }

  /** The ends of a case with a fault at a record, or of one that was killed after the last record of `interrupted`. */
  foretell({ blow, at, again }: Case, left: readonly Written[]): Foretold {
    const injections =
      typeof at === 'number'
        ? this.#killedAfter(left.at(-1), again)
        : blow === 'kill'
          ? this.#killedAt(at, again)
          : this.#struckAt(at, blow, again);
    if (injections === NOTHING) return { ends: [NOT_BEGUN], seeds: ['before-the-first-record'] };
    const told = injections.flatMap((injection) => this.#endsOf(injection));
    if (told.length === 0) throw new Error('no simulated run has this case');
    return { ends: told.map(({ end }) => end), seeds: told.map(({ seed }) => seed) };
  }

  #killedAt(
    { seq, moment }: Exclude<Case['at'], number>,
    again: Restart | undefined,
  ): readonly Struck[] {
    const spot = this.#record(seq);
    if (moment === 'after' && isEnd(spot)) return UNDISTURBED;
    if (moment === 'after')
      return spot ? [{ spot, fault: 'killed-after', again }] : [atStart(again)];
    const own = spot?.point.faults.includes('killed-before');
    if (spot && own) return [{ spot, fault: 'killed-before', again }];
    // Before any other record, nothing has been done since the record before it.
    const former = this.#former(seq);
    return seq === 0
      ? NOTHING
      : [former ? { spot: former, fault: 'killed-after', again } : atStart(again)];
  }

  /** For a run that was killed at a random moment, only its records are known: the current effect may be done or not. */
  #killedAfter(last: Written | undefined, again: Restart | undefined): readonly Struck[] {
    if (!last) return NOTHING;
    const spot = this.#record(last.seq);
    if (isEnd(spot)) return UNDISTURBED;
    if (!spot) return [atStart(again)];
    const after: Struck = { spot, fault: 'killed-after', again };
    if (last.type !== 'intent') return [after];
    const rest = this.#spots.slice(this.#spots.indexOf(spot) + 1);
    const during = rest.find(({ seq }) => seq !== undefined);
    const between = rest.slice(0, rest.indexOf(during as Spot) + 1);
    return [
      after,
      ...between.flatMap((each) =>
        (['killed-during', 'killed-before'] as const)
          .filter((fault) => each.point.faults.includes(fault))
          .map((fault): Struck => ({ spot: each, fault, again })),
      ),
    ];
  }

  #struckAt(
    { seq, moment }: Exclude<Case['at'], number>,
    blow: Case['blow'],
    again: Restart | undefined,
  ): Struck[] {
    const record = this.#record(seq);
    if (!record) return [];
    const here = this.#spots.indexOf(record);
    const next = (fault: Fault): Struck[] => {
      const spot = this.#spots.slice(here + 1).find(({ point }) => point.faults.includes(fault));
      return spot ? [{ spot, fault, again }] : [];
    };
    const former = (fault: Fault): Struck[] => {
      const spot = this.#spots.slice(0, here).findLast(({ point }) => point.faults.includes(fault));
      return spot ? [{ spot, fault, again }] : [];
    };
    switch (blow) {
      case 'daemon':
      case 'cut':
        return this.#noticed(here, again);
      case 'qemu':
        return moment === 'after' ? next('crash-before') : former('crash-after');
      case 'power':
        return moment === 'after' ? next('power-before') : former('power-after');
      case 'destination-full':
        return [...next('refused'), ...next('job-dies')].slice(0, 2);
      case 'overlay-full':
        return next('guest-paused');
      case 'state-full':
        return record.point.faults.includes('journal-full')
          ? [{ spot: record, fault: 'journal-full', again }]
          : [];
      case 'kill':
        return [];
    }
  }

  /** A lost connection shows at the next request to libvirt, which creating or copying a file is not. */
  #noticed(here: number, again: Restart | undefined): Struck[] {
    const spot = this.#spots.slice(here + 1).find(({ point: { request, faults } }) => {
      const tool = request.ask === 'perform' ? request.effect.tool : undefined;
      return faults.includes('daemon-before') && tool !== 'qemu-img' && tool !== 'make-file';
    });
    return spot ? [{ spot, fault: 'daemon-before', again }] : [];
  }

  #record(seq: number): Spot | undefined {
    return this.#spots.find((spot) => spot.seq === seq);
  }

  #former(seq: number): Spot | undefined {
    return this.#spots.findLast((spot) => spot.seq !== undefined && spot.seq < seq);
  }

  /** No time passes on the simulated host. On a real one, a backup may end before blockplan looks at it again. */
  #endsOf(struck: Struck): { end: End; seed: string }[] {
    const [plain, late] = [this.#endOf(struck, false), this.#endOf(struck, true)];
    return plain.end === late.end
      ? [plain]
      : [plain, { ...late, seed: `${late.seed}, the backup ends` }];
  }

  #endOf({ spot, fault, again }: Struck, backupEnds: boolean): { end: End; seed: string } {
    const takenUp = again !== undefined && (!spot || (fault !== undefined && endsBlockplan(fault)));
    const injection: Injection | undefined = spot &&
      fault && { state: spot.state, at: spot.point.at, fault, ...(takenUp ? { again } : {}) };
    const seed = injection
      ? `${injection.state}@${injection.at}:${fault}${takenUp ? `+${again}` : ''}`
      : `before-the-first-phase+${again}`;
    let proofState: ProofState = this.#explorer.start;
    if (!spot && again !== undefined) {
      const { interrupted, environment } = proofState;
      proofState = {
        run: interrupted.run,
        environment: proofEnvironmentOf(environment.host),
        interrupted,
        restart: again,
      };
    }
    const ended = this.#toEnd(
      proofState,
      spot && injection ? { part: spot.part, injection, backupEnds } : undefined,
    );
    if (takenUp || again === undefined || ended.finish.end !== 'stranded')
      return { end: ended.finish.end, seed };
    const { finish } = this.#toEnd({ ...leftStranded(ended), restart: again });
    return { end: finish.end, seed: `${seed}, then ${again}` };
  }

  /** From there to the run's end, with a fault in one part of it. */
  #toEnd(from: ProofState, wrong?: Wrong): AtEnd {
    for (let proofState = from, part = 0; ; part++) {
      const here = part === wrong?.part ? wrong : undefined;
      const injections = here ? [here.injection] : [];
      const step = here?.backupEnds
        ? this.#withBackupEnded(proofState, here.injection)
        : this.#explorer.step(proofState, injections);
      const { finish, next, performed } = step;
      if (finish) return { stand: proofState, played: performed, finish };
      if (!next) throw new Error('a run that has not finished must have a next part');
      proofState = next;
    }
  }

  /** A part with a fault, after which a running backup ends unseen: while blockplan is dead, or cut off from libvirt. */
  #withBackupEnded(proofState: ProofState, injection: Injection): ExploredPart {
    const step = this.#explorer.step(proofState, [injection]);
    const { next, performed } = step;
    const later = performed.points.find(
      ({ at, request, faults }) =>
        at > injection.at &&
        faults.includes('job-dies') &&
        request.ask === 'perform' &&
        request.effect.tool === 'await-backup',
    );
    if (later) {
      const { state } = injection;
      return this.#explorer.step(proofState, [
        injection,
        { state, at: later.at, fault: 'job-dies' },
      ]);
    }
    if (!next?.environment.host.state.domain.disks.some(isBackedUp)) return step;
    const environment = { ...next.environment, host: withoutBackup(next.environment.host) };
    return { ...step, next: { ...next, environment } };
  }
}

/** A fault in a part of a simulated run, and whether a running backup then ends unseen. */
interface Wrong {
  readonly part: number;
  readonly injection: Injection;
  readonly backupEnds: boolean;
}

/** The last part of a simulated run, and how it ended. */
interface AtEnd {
  readonly stand: ProofState;
  readonly played: ExploredPart['performed'];
  readonly finish: Finish;
}

/** A run that has reported that it is stranded, as its journal leaves it, after the guest was started as the report says. */
function leftStranded({ stand, played, finish }: AtEnd): ProofState {
  const interrupted = applyRecord(stand.interrupted, foldRecords(played.records));
  const told = (verb: string) => finish.next.some((each) => virshWords(each)[0] === verb);
  const { host } = played.environment;
  const started = told('start') ? guestStarts(host) : host;
  const up = told('resume') ? updateDomain(started, { state: 'running' }) : started;
  return {
    run: interrupted.run,
    environment: { ...proofEnvironmentOf(up), marked: false },
    interrupted,
  };
}

/** A fault at a point of a simulated run; without one, the run ends before its first phase. */
interface Struck {
  readonly spot?: Spot;
  readonly fault?: Fault;
  readonly again: Restart | undefined;
}

/** A run that wrote no record has done nothing and is not resumed. */
const NOTHING: readonly Struck[] = [];

/** A run that is over is not resumed. */
const UNDISTURBED: readonly Struck[] = [{ again: undefined }];

/** Whether a record is the last one of its run. */
function isEnd(spot: Spot | undefined): boolean {
  const request = spot?.point.request;
  return request?.ask === 'append' && request.entry.type === 'run-finished';
}

function atStart(again: Restart | undefined): Struck {
  return { again };
}
