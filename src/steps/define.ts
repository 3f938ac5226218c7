import type { Command } from '../command.ts';
import type { VerifyImageEffect } from '../commands/backup-effect.ts';
import type { Effect } from '../commands/effect.ts';
import type { Finding } from '../errors.ts';
import type { HostState } from '../model/host-state.ts';
import type { RetainedBackup } from '../store/retention.ts';
import type { Expectation } from './phases/expect.ts';
import type { Needs } from './requirements/requirement.ts';
import type { Product, RollbackRoom } from './sizes.ts';

/** The part of JSON Schema that parameters use; small, so that the parameters' type can be inferred from it. */
export type OptionSchema =
  | (Described & { readonly type: 'boolean' })
  | (Described & {
      readonly type: 'string';
      readonly enum?: readonly string[];
      readonly minLength?: number;
      readonly pattern?: string;
    })
  | (Described & { readonly type: 'integer'; readonly minimum?: number; readonly maximum?: number })
  | (Described & {
      readonly type: 'array';
      readonly minItems?: number;
      readonly items: OptionSchema;
    })
  | (Described & ParamsSchema);

interface Described {
  /** What the option means, with its unit; printed in the schema, the editor and the step's page. */
  readonly description?: string;
}

/** A closed object: a step's parameters, or a part of them. */
export interface ParamsSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** The type of the values that a schema accepts. */
export type Infer<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: 'string' }
    ? string
    : S extends { readonly type: 'boolean' }
      ? boolean
      : S extends { readonly type: 'integer' }
        ? number
        : S extends { readonly type: 'array'; readonly items: infer I }
          ? readonly Infer<I>[]
          : S extends { readonly properties: infer P; readonly required: readonly (infer R)[] }
            ? { readonly [K in keyof P & R]: Infer<P[K]> } & {
                readonly [K in Exclude<keyof P, R>]?: Infer<P[K]>;
              }
            : S extends { readonly properties: infer P }
              ? { readonly [K in keyof P]?: Infer<P[K]> }
              : never;

/** The options of the virsh verb that a plan cannot give, each with the reason. */
export type OmittedOptions = Readonly<Record<string, string>>;

/**
 * One kind of step: a virsh verb with its options, its phases, and the rollback of each.
 * Everything in it is pure: host states go in; effects come out, as data.
 */
export interface Step<P> {
  /** The YAML key, the file's name and, if virsh has it, the verb of virsh. */
  readonly kind: string;
  /** One sentence, in the standard terms of the field. */
  readonly summary: string;
  /** The same for these parameters, if they choose what the step does. */
  summaryOf?(params: P): string;
  readonly schema: ParamsSchema;
  /** Options of the verb that are not offered, with the reason that a plan's author sees. */
  readonly unoffered: OmittedOptions;
  /** Finds errors in the parameters alone; called only when they match the schema. Paths are relative to the parameters. */
  check(params: P): Finding[];
  /** States what the step requires of the host state in which it begins; called only when `check` found no error. */
  requires(params: P, state: HostState, needs: Needs): void;
  /** The phases for these parameters, in order; at least one. */
  phases(params: P): readonly Phase[];
  /** The files that it creates, writes or removes, in any host state; none if the host state does not show them. */
  products(params: P, state: HostState): readonly Product[];
  /** The existing files that it only reads and no requirement is about, in any host state; none by default. */
  reads?(params: P, state: HostState): readonly string[];
  /**
   * What identifies the backup that it reads, and its content: a run uses only one that was reviewed. Undefined if the host
   * state does not show it.
   */
  backup?(params: P, state: HostState): Readonly<Record<string, unknown>> | undefined;
  /** What becomes of each backup in a store, in the order of the table in a preview; for a step that removes backups. */
  retention?(params: P, state: HostState): readonly RetainedBackup[];
  readonly examples: readonly Example[];
}

/**
 * A part of a step that has one rollback. In all of its functions, `before` is the host state when the phase began,
 * `start` the host state when its step began, and `now` or `after` what is observed.
 */
export interface Phase {
  /** A word for the state machine and the report, such as `mirror` or `pivot`. */
  readonly name: string;
  /** What the phase does, and why, as a clause without a full stop. */
  readonly summary: string;
  effects(before: HostState, start: HostState): readonly Effect[];
  /**
   * The effects without a trace that a resumed run performs once more before those of the phase, although an earlier phase
   * did: what they found may no longer be so.
   */
  again?(before: HostState, start: HostState): readonly VerifyImageEffect[];
  /** What must hold after the effects, judged by the observed host state. */
  expects(before: HostState, start: HostState): readonly Expectation[];
  /**
   * The effects that lead from `now`, wherever the phase stopped, to a host state as good as `before`. Called again after
   * they are done, until nothing is left to do: so it depends on the observed state, not on what the phase intended.
   * @throws NoRollback if no rollback is possible
   */
  undo(before: HostState, now: HostState, start: HostState): readonly Effect[];
  /** How the rollback is described in a preview, as a clause. */
  readonly rollback: string;
  /**
   * By how much files grow in the rollback of the finished phase, as far as the sizes are known. Files that need almost no
   * space, such as an empty overlay, are left out.
   */
  rollbackRoom?(before: HostState, start: HostState): readonly RollbackRoom[];
  /** Why this phase, once done, cannot be undone; undefined if it can. */
  pointOfNoReturn?(before: HostState, start: HostState): string | undefined;
  /**
   * Set if the phase completes something that is kept, such as a published backup. Once it is done, the rollback of a later
   * phase ends behind it: neither the phase nor anything before it is undone. So it ends with no job and nothing half done.
   * Until then it is undone as any other phase.
   */
  readonly commits?: KeptResult;
  /**
   * Set if its expectations alone decide whether it took effect, as for a phase that commits: a resumed run that finds them met
   * performs nothing again. Otherwise also the run state of the guest must be what the effects lead to.
   */
  readonly provenByResult?: true;
  /**
   * Set if its rollback can be impossible for good without a danger to the guest, such as once the guest has used the result.
   * Then the report offers to keep all as it is, and to forget the run.
   */
  readonly mayStay?: true;
  /** Why the guest is paused during the phase; undefined if it runs. */
  readonly pauses?: string;
}

/** What a phase completes that is kept, whatever fails later. */
export interface KeptResult {
  /** As a singular noun phrase: `the backup monday in /backups`. */
  readonly what: string;
  /** How a person removes it, as an imperative: `remove its folder /backups/monday`. */
  readonly removal: string;
}

/** Parameters that show how to use the step; tests validate them, and the step's page prints them. */
export interface Example {
  readonly title: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** No rollback is possible from here; the message gives the reason, and `next` the commands that a person can run. */
export class NoRollback extends Error {
  readonly next: readonly Command[];
  constructor(message: string, next: readonly Command[] = []) {
    super(message);
    this.name = 'NoRollback';
    this.next = next;
  }
}

/** A step whose parameters' type was checked at its definition, so that the registry can hold it beside others. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds steps of different parameters; plan/ validates them against the schema before any is called.
export type AnyStep = Step<any>;

/** Defines a step kind whose parameters' type is inferred from its schema: `defineStep<typeof schema>({ … })`. */
export function defineStep<S extends ParamsSchema>(step: Step<Infer<S>>): Step<Infer<S>> {
  return step;
}
