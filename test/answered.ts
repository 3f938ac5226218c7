/** Runs parts of a run with answers from a test. */
import { createPlanMachine } from '../src/machine/machine.ts';
import type { HostState } from '../src/model/host-state.ts';
import { LOCAL, onLocal } from '../src/model/hosts.ts';
import type { Request, RunPart } from '../src/run/requests.ts';
import {
  initialRunState,
  type RunHost,
  type RunState,
  withHostKnown,
} from '../src/run/run-state.ts';
import { planned } from './plans.ts';

const MOVE = ['blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }'];

/** The state of a run at its beginning, on that host; of a move of vda by default. */
export function runStateIn(
  state: HostState,
  { graph } = planned(MOVE),
  files: readonly string[] = ['/new/c'],
): RunState {
  const machine = createPlanMachine(graph);
  const hosts = onLocal({ initial: state, files });
  return initialRunState({ graph, machine, id: 'r', folder: '/run', hosts });
}

/** The same, with this known as well. */
export function courseKnowing(state: HostState, news: Partial<RunHost>): RunState {
  return withHostKnown(runStateIn(state), LOCAL, news);
}

/**
 * Runs a part of a run to its end.
 * @param answer gives the answer to a request; an error is thrown into the run
 * @returns the requests, in order, and the return value
 */
export function answered<T>(
  asking: RunPart<T>,
  answer: (request: Request) => unknown = () => undefined,
): { readonly asked: readonly Request[]; readonly value: T } {
  const asked: Request[] = [];
  let next = asking.next();
  while (!next.done) {
    const request: Request = next.value;
    asked.push(request);
    const given = answer(request);
    next = given instanceof Error ? asking.throw(given) : asking.next(given);
  }
  return { asked, value: next.value };
}

/** Answers observations with that host state, and an effect with `performed`. */
export function seeing(host: HostState, performed?: Error): (request: Request) => unknown {
  return ({ ask }) => {
    if (ask === 'perform') return performed;
    return ask === 'observe' || ask === 'survey' ? host : undefined;
  };
}

/** The requests, one word each: for records their types. */
export function asks(asked: readonly Request[]): string[] {
  return asked.map((request) => (request.ask === 'append' ? request.entry.type : request.ask));
}
