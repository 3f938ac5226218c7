/**
 * The invariants of every kind of step, checked on a simulated host: with tables of parameters and host states, and with
 * parameters generated from the schema.
 */

import { isDeepStrictEqual } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/commands/effect.ts';
import type { Finding } from '../../src/errors.ts';
import {
  guestWrites,
  type SimulatedHost,
  simulatedHostOf,
  withHostState,
} from '../../src/host/simulated-host.ts';
import { withoutJob } from '../../src/model/defined-disks.ts';
import { EffectFailed } from '../../src/model/effect-failed.ts';
import {
  activeFile,
  type Disk,
  type HostState,
  isUp,
  withDisk,
  withDomain,
  withFile,
} from '../../src/model/host-state.ts';
import { apply } from '../../src/simulate/host.ts';
import { guestDies, lostWrites } from '../../src/simulate/host-faults.ts';
import { observedState } from '../../src/simulate/observed-host.ts';
import { assumeSuccess } from '../../src/simulate/simulate-effects.ts';
import {
  type AnyStep,
  NoRollback,
  type OptionSchema,
  type ParamsSchema,
  type Phase,
} from '../../src/steps/define.ts';
import { problemsAfter, requirementsOf } from '../../src/steps/derived.ts';
import { steps } from '../../src/steps/registry.ts';
import type { Refusal } from '../../src/steps/requirements/requirement.ts';
import { wordsIn } from '../effects.ts';
import { VIRSH_OPTIONS } from '../virsh-options.ts';
import { frozen, looked } from '../worlds.ts';
import { arbitraryParams } from './arbitrary-params.ts';
import { BLOCKING } from './required.ts';

export type Params = Readonly<Record<string, unknown>>;

/** A finding as text, its code and its path: `BP050 dest`. */
export type Told = string;

export interface Tables {
  /** Parameters that match the schema and pass the checks, with a host state that allows them. */
  readonly valid: readonly (readonly [title: string, params: Params, world: HostState])[];
  /** Parameters that match the schema and are refused by `check`. */
  readonly invalid: readonly (readonly [
    title: string,
    params: Params,
    findings: readonly Told[],
  ])[];
  /** Host states in which the step's requirements refuse the parameters. */
  readonly worlds: readonly (readonly [
    title: string,
    params: Params,
    world: HostState,
    findings: readonly Told[],
  ])[];
  /** Host states that generated parameters are checked on. */
  readonly scenes: readonly HostState[];
  /** How many of the generated parameters must be allowed, so that the invariants are really tested. */
  readonly admitted: number;
  /** Phases whose rollback also undoes the phases before them, because only they know what happened to their files. */
  readonly undoAll?: readonly string[];
}

/** The share of parameters to generate: a tenth for each mutant, as there are hundreds of them. */
const SHARE = process.env.BLOCKPLAN_MUTATION_TESTS === undefined ? 1 : 0.1;
const RUNS = 300 * SHARE;

/** Declares the tests of one kind. */
export function testStep(step: AnyStep, tables: Tables): void {
  const fits = new Ajv2020({ strict: true, allErrors: true }).compile(step.schema);
  describe(step.kind, () => {
    describesItself(step);
    test.each(step.examples.map((example) => [example.title, example.params] as const))(
      'example "%s" is valid',
      (_title, params) => {
        expect(fits(params), JSON.stringify(fits.errors)).toBe(true);
        expect(step.check(params)).toEqual([]);
        expect(step.phases(params).length).toBeGreaterThan(0);
      },
    );
    test.each(tables.invalid)('refused: %s', (_title, params, findings) => {
      expect(fits(params), JSON.stringify(fits.errors)).toBe(true);
      expect(told(step.check(params))).toEqual(findings);
    });
    test.each(tables.worlds)(
      'refused by its requirements: %s',
      (_title, params, state, findings) => {
        expect(fits(params), JSON.stringify(fits.errors)).toBe(true);
        expect(told(step.check(params))).toEqual([]);
        const refusals = requirementsOf(step, params, frozen(seen(step, params, state))).findings;
        expect(told(refusals)).toEqual(findings);
        blockByCode(refusals);
        isSimulatedThough(step, params, frozen(seen(step, params, state)));
      },
    );
    test.each(tables.valid)('keeps the invariants: %s', (_title, params, state) => {
      expect(fits(params), JSON.stringify(fits.errors)).toBe(true);
      expect(told(step.check(params))).toEqual([]);
      const host = seen(step, params, state);
      expect(told(requirementsOf(step, params, host).findings)).toEqual([]);
      keepsTheLaws(step, params, host, tables.undoAll);
    });
    test('keeps the invariants for all parameters that match the schema', () => {
      let admitted = 0;
      fc.assert(
        fc.property(
          arbitraryParams(
            step.schema,
            tables.valid.map(([, params]) => params),
          ),
          fc.constantFrom(...tables.scenes),
          (params, scene) => {
            frozen(params);
            if (!fits(params)) throw new Error(JSON.stringify(fits.errors));
            const findings = step.check(params);
            expect(step.check(params)).toEqual(findings);
            pointIntoTheSchema(step, findings);
            if (findings.some((finding) => finding.severity === 'error')) return;
            const state = frozen(seen(step, params, scene));
            const refusals = requirementsOf(step, params, state).findings;
            pointIntoTheSchema(step, refusals);
            blockByCode(refusals);
            isSimulatedThough(step, params, state);
            if (refusals.some((finding) => finding.severity === 'error')) return;
            admitted++;
            keepsTheLaws(step, params, state, tables.undoAll);
          },
        ),
        { numRuns: RUNS },
      );
      expect(admitted).toBeGreaterThanOrEqual(Math.floor(tables.admitted * SHARE));
    });
  });
}

function describesItself(step: AnyStep): void {
  test('is in the registry under its own name', () => {
    expect(steps.filter((each) => each.kind === step.kind)).toEqual([step]);
    expect(step.summary).toMatch(/^[A-Z].*\.$/);
    expect(step.examples.length).toBeGreaterThan(0);
  });
  test('describes every option', () => {
    for (const [path, part] of propertiesOf(step.schema)) {
      expect(part.description, path).toMatch(/^[`A-Z].*\.$/s);
    }
  });
  test('offers every option that virsh has, or gives a reason why not', () => {
    const options = Object.keys(VIRSH_OPTIONS[step.kind] ?? {});
    const known = new Set([...Object.keys(step.schema.properties), ...Object.keys(step.unoffered)]);
    // The domain is named once, at the top of a plan.
    expect(options.filter((option) => option !== 'domain' && !known.has(option))).toEqual([]);
    for (const [option, why] of Object.entries(step.unoffered)) {
      expect(option in step.schema.properties, option).toBe(false);
      expect(why, option).toMatch(/^[a-z"].*[^.]$/);
      if (options.length > 0) expect(options, option).toContain(option);
    }
  });
}

function* propertiesOf(schema: ParamsSchema, path = ''): Generator<[string, OptionSchema]> {
  for (const [name, part] of Object.entries(schema.properties)) {
    yield [`${path}${name}`, part];
    const inner = part.type === 'array' ? part.items : part;
    if (inner.type === 'object') yield* propertiesOf(inner, `${path}${name}.`);
  }
}

function told(findings: readonly Finding[]): Told[] {
  return findings.map(({ code, path = [] }) => [code, path.join('.')].join(' ').trim());
}

/** Every finding has a message, and its path leads to a part of the schema. */
function pointIntoTheSchema(step: AnyStep, findings: readonly Finding[]): void {
  for (const { code, message, path = [] } of findings) {
    expect(code).toMatch(/^BP\d{3}$/);
    expect(message).not.toMatch(/undefined|\[object/);
    let part: OptionSchema | undefined = step.schema;
    for (const key of path) {
      if (typeof key === 'number') part = part?.type === 'array' ? part.items : undefined;
      else part = part?.type === 'object' ? part.properties[key] : undefined;
      expect(part, `${code} ${path.join('.')}`).toBeDefined();
    }
  }
}

/** Only the findings after which the outcome cannot be simulated block the simulation. */
function blockByCode(refusals: readonly Refusal[]): void {
  for (const { code, blocks } of refusals)
    expect(blocks, code).toBe(BLOCKING.has(code) ? 'simulation' : undefined);
}

/** The host state as it is observed for that step: with the files that the step names. */
function seen(step: AnyStep, params: Params, state: HostState): HostState {
  return looked(state, requirementsOf(step, params, state).files);
}

/** A finding does not stop the preview, unless it blocks the simulation. */
function isSimulatedThough(step: AnyStep, params: Params, start: HostState): void {
  if (requirementsOf(step, params, start).findings.some(({ blocks }) => blocks === 'simulation'))
    return;
  let host = simulatedHostOf(start);
  for (const phase of step.phases(params)) {
    const before = host.state;
    host = assumeSuccess(host, phase.effects(before, start));
    phase.pointOfNoReturn?.(before, start);
    phase.rollbackRoom?.(before, start);
  }
}

/** Runs the step's phases on a simulated host and checks every invariant. */
function keepsTheLaws(
  step: AnyStep,
  params: Params,
  start: HostState,
  undoAll: Tables['undoAll'] = [],
): void {
  const phases = step.phases(params);
  expect(new Set(phases.map((phase) => phase.name)).size).toBe(phases.length);
  const files = [...requirementsOf(step, params, start).files, ...chainFiles(start)];
  const run: Stretch[] = [];
  let stage: Stage = { host: simulatedHostOf(frozen(start)), files };
  let before = frozen(start);
  for (const phase of phases) {
    const effects = phase.effects(before, start);
    stage = { ...stage };
    for (const effect of effects) perform(stage, effect);
    const after = frozen(seenOn(stage));
    isPure(phase, before, after, start);
    expect(problemsAfter(phase, before, after, start), phase.name).toEqual([]);
    keepsWhatIsDone(phase, after);
    const untouched = undoAll.includes(phase.name) ? frozen(start) : before;
    expect(necessary(rollback(phase, before, untouched, start)), 'nothing to undo').toEqual([]);
    for (const effect of [...effects, ...wayBackOr(phase, before, after, start)])
      staysWithin(effect, new Set(files));
    run.push({ phase, start, before, effects, files });
    refusesHalfDone(run, after);
    leadsBack(run);
    before = after;
  }
}

function isPure(phase: Phase, before: HostState, after: HostState, start: HostState): void {
  expect(phase.effects(before, start)).toEqual(phase.effects(before, start));
  expect(wayBackOr(phase, before, after, start)).toEqual(wayBackOr(phase, before, after, start));
}

/** A phase with the host states around it and what it does. */
interface Stretch {
  readonly phase: Phase;
  readonly start: HostState;
  readonly before: HostState;
  readonly effects: readonly Effect[];
  readonly files: readonly string[];
}

/** A host that changes, and the files that are inspected on it. */
interface Stage {
  host: SimulatedHost;
  readonly files: readonly string[];
}

/** A host on which all phases before the last one are done, and the given number of effects of the last one. */
function staged(run: readonly Stretch[], done: number): Stage {
  const [first] = run;
  if (!first) throw new Error('a run has a phase');
  const stage: Stage = { host: simulatedHostOf(first.start), files: first.files };
  for (const { effects } of run.slice(0, -1)) for (const each of effects) perform(stage, each);
  for (const effect of run.at(-1)?.effects.slice(0, done) ?? []) perform(stage, effect);
  return stage;
}

function perform(stage: Stage, effect: Effect): void {
  const before = frozen(stage.host);
  stage.host = guestWrites(apply(before, effect));
  const lost = lostWrites(stage.host);
  if (lost.length > 0) expect(lost, `after ${JSON.stringify(effect)}`).toEqual([]);
}

/** The host state as a run observes it, with the bundle that its journal keeps. */
function seenOn({ host, files }: Stage): HostState {
  const { kept } = host.state.domain;
  const seen = observedState(host, files);
  return kept ? withDomain(seen, { kept }) : seen;
}

/**
 * The expectations of a phase alone judge the observed host state. They find a problem in every host state that differs from
 * the finished one and in which effects are missing, a job is wrong, or a file is gone.
 */
function refusesHalfDone(run: readonly Stretch[], finished: HostState): void {
  const last = run.at(-1);
  if (!last) return;
  const { phase, before, start } = last;
  for (const [what, half] of halfDone(run, finished)) {
    if (isDeepStrictEqual(plain(half), plain(finished))) continue;
    expect(problemsAfter(phase, before, half, start), `${phase.name}, ${what}`).not.toEqual([]);
  }
}

/** Each host state that the phase could leave unfinished. */
function* halfDone(run: readonly Stretch[], finished: HostState): Generator<[string, HostState]> {
  const effects = run.at(-1)?.effects ?? [];
  const without = (missing: (at: number) => boolean): HostState => {
    const stage = staged(run, 0);
    for (const [at, effect] of effects.entries()) if (!missing(at)) attempt(stage, effect);
    return frozen(seenOn(stage));
  };
  for (const at of effects.keys()) {
    yield [`stopped before effect ${at}`, without((each) => each >= at)];
    yield [`effect ${at} done without effect`, without((each) => each === at)];
  }
  for (const { target, job } of finished.domain.disks) {
    if (!job) continue;
    const changed = (change: (disk: Disk) => Disk) => withDisk(finished, target, change);
    yield [`the job on ${target} vanished`, changed(withoutJob)];
    yield [
      `the job on ${target} not ready`,
      changed((disk) => ({ ...disk, job: { ...job, ready: false } })),
    ];
    yield [
      `another job on ${target}`,
      changed((disk) => ({ ...disk, job: { type: 'pull', ready: true } })),
    ];
  }
  for (const file of promised(run, finished))
    yield [`${file} gone`, withFile(finished, file, null)];
}

/** The files that a phase must leave: those that it creates or moves the guest to, and the targets of its jobs. */
function promised(run: readonly Stretch[], finished: HostState): Set<string> {
  const before = run.at(-1)?.before ?? finished;
  const moved = finished.domain.disks
    .map(({ target }) => [activeFile(before, target), activeFile(finished, target)])
    .flatMap(([from, to]) => (to === undefined || from === to ? [] : [to]));
  const mirrors = finished.domain.disks.flatMap(({ job }) => job?.mirror ?? []);
  const made = Object.keys(finished.files).filter((each) => !before.files[each]);
  return new Set([...made, ...moved, ...mirrors].filter((file) => finished.files[file]));
}

/** Applies an effect; a refused effect changes nothing. */
function attempt(stage: Stage, effect: Effect): void {
  try {
    stage.host = guestWrites(apply(stage.host, effect));
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
  }
}

/** What is kept is complete: no job works on it any more. */
function keepsWhatIsDone({ name, commits }: Phase, after: HostState): void {
  if (!commits) return;
  expect(after.domain.disks.filter(({ job }) => job)).toEqual([]);
  for (const text of [commits.what, commits.removal]) expect(text, name).toMatch(/^[a-z].*[^.]$/);
}

/**
 * After every effect, the rollback restores the state before the first phase, or after the last one that has committed; or it
 * reports that this is impossible. No data that the guest wrote is lost.
 */
function leadsBack(run: readonly Stretch[]): void {
  const last = run.at(-1);
  if (!last) return;
  const undone = run.slice(run.slice(0, -1).findLastIndex(({ phase }) => phase.commits) + 1);
  for (let done = 0; done <= last.effects.length; done++) {
    const finished = done === last.effects.length ? undone : undone.slice(0, -1);
    const declared = finished.some((each) => each.phase.pointOfNoReturn?.(each.before, each.start));
    expect(comesBack(staged(run, done), undone)).toBe(declared ? 'no rollback' : 'restored');
    outlivesTheGuest(run, done);
  }
}

/** Undoes the phases, last one first, as a run does. */
function comesBack(stage: Stage, run: readonly Stretch[]): 'restored' | 'no rollback' {
  for (const stretch of [...run].reverse()) {
    if (!isUndone(stage, stretch)) return 'no rollback';
  }
  const before = run[0]?.before;
  if (before)
    expect(asGoodAs(seenOn(stage))).toEqual(
      asGoodAs(seenOn({ ...stage, host: simulatedHostOf(before) })),
    );
  return 'restored';
}

function isUndone(stage: Stage, { phase, start, before }: Stretch): boolean {
  for (let round = 0; round < 4; round++) {
    const effects = rollback(phase, before, frozen(seenOn(stage)), start);
    if (effects === undefined) return false;
    if (necessary(effects).length === 0) return true;
    for (const effect of effects) perform(stage, effect);
  }
  throw new Error(`${phase.name}: the rollback never ends`);
}

/** If the guest dies at any point, the rollback removes no file that the guest may have last written to. */
function outlivesTheGuest(run: readonly Stretch[], done: number): void {
  const stage = staged(run, done);
  stage.host = guestDies(stage.host);
  const now = frozen(seenOn(stage));
  for (const { phase, before, start } of [...run].reverse()) {
    const effects = rollback(phase, before, now, start);
    // A run stops at a phase that cannot be rolled back.
    if (!effects) break;
    for (const effect of effects)
      if (effect.tool === 'remove-file')
        stage.host = withHostState(stage.host, withFile(stage.host.state, effect.file, null));
  }
  expect(lostWrites(stage.host), 'guest dead').toEqual([]);
}

/** The effects of the rollback; undefined if the phase has none. */
function rollback(phase: Phase, before: HostState, now: HostState, start: HostState) {
  try {
    return phase.undo(before, now, start);
  } catch (error) {
    if (error instanceof NoRollback) {
      expect(isUp(now) === false || phase.pointOfNoReturn?.(before, start)).toBeTruthy();
      return undefined;
    }
    throw error;
  }
}

function wayBackOr(
  phase: Phase,
  before: HostState,
  now: HostState,
  start: HostState,
): readonly Effect[] {
  return rollback(phase, before, now, start) ?? [];
}

/** Without the best-effort commands, which may run although there is nothing to undo. */
function necessary(effects: readonly Effect[] | undefined): readonly Effect[] {
  return (effects ?? []).filter((effect) => effect.tool !== 'virsh' || !effect.optional);
}

/** The compared part of a host state: all but sizes, formats of files that were not inspected, and libvirt's own indexes. */
function plain({ domain, files }: HostState) {
  const { kept, disks, ...rest } = domain;
  return {
    ...rest,
    kept: kept && { definition: kept.definition, autostart: kept.autostart },
    disks: disks.map((disk) => ({
      ...disk,
      chain: disk.chain.map(({ file, format }) => `${file} (${format})`),
    })),
    files: Object.keys(files)
      .filter((path) => files[path])
      .sort(),
  };
}

/** What a rollback must restore: all but jobs, which are not started again, and the bundle, which the journal keeps. */
function asGoodAs(state: HostState) {
  const { disks, ...rest } = plain(state);
  return { ...rest, kept: undefined, disks: disks.map(({ job: _ended, ...disk }) => disk) };
}

function chainFiles(state: HostState): string[] {
  return state.domain.disks.flatMap((disk) => disk.chain.map((layer) => layer.file));
}

/** All options are options of virsh, and every file that is written or removed is listed in `files`. */
function staysWithin(effect: Effect, files: ReadonlySet<string>): void {
  expect(effect.why).toMatch(/^[a-z].*[^.]$/);
  if (effect.tool === 'remove-file' || effect.tool === 'make-file')
    expect(files).toContain(effect.file);
  if (effect.tool === 'qemu-img') expect(files).toContain(effect.args.dest);
  if (effect.tool === 'move-file')
    for (const file of [effect.file, effect.to]) expect(files).toContain(file);
  if (effect.tool !== 'virsh') return;
  const [verb, ...words] = wordsIn(effect);
  const known = VIRSH_OPTIONS[String(verb)];
  expect(known, String(verb)).toBeDefined();
  for (let at = 0; at < words.length; at++) {
    const word = String(words[at]);
    expect(word).toMatch(/^--/);
    expect(known, `${verb} ${word}`).toHaveProperty([word.slice(2)]);
    if (word === '--dest') expect(files).toContain(words[at + 1]);
    if (known?.[word.slice(2)]) at++;
  }
}
