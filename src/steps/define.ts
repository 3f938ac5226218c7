import type { Command } from '../command.ts';
import type { Effect } from '../commands/effect.ts';
import type { Finding } from '../errors.ts';
import type { HostState } from '../model/host-state.ts';
import type { Expectation } from './phases/expect.ts';
import type { Needs } from './requirements/requirement.ts';
import type { Product, RollbackRoom } from './sizes.ts';

/** The part of JSON Schema that parameters use; small, so that the parameters' type can be read off it. */
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

/** The type of the values that a schema lets through. */
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

/** An option of the virsh verb that a plan cannot give, and the sentence that says why. */
export type OmittedOptions = Readonly<Record<string, string>>;

/**
 * One kind of step: a virsh verb with its options, its phases, and the rollback out of each.
 * Everything in it is pure: effects are data, and worlds go in and come out.
 */
export interface Step<P> {
  /** The YAML key, the file's name and, where virsh has it, virsh's verb. */
  readonly kind: string;
  /** One sentence in the words of the field. */
  readonly summary: string;
  readonly schema: ParamsSchema;
  /** Options of the verb that are not offered, with the reason that a plan's author is told. */
  readonly unoffered: OmittedOptions;
  /** What is wrong with the parameters alone; called only when they fit the schema. Paths are relative to the parameters. */
  check(params: P): Finding[];
  /** States what the step requires of the host state in which it begins; called only when `check` found no error. */
  requires(params: P, state: HostState, needs: Needs): void;
  /** The phases for these parameters, in order; at least one. */
  phases(params: P): readonly Phase[];
  /** The files that it makes, writes into or removes, in any host state; none where that does not tell. */
  products(params: P, state: HostState): readonly Product[];
  readonly examples: readonly Example[];
}

/**
 * A stretch of a step that has one rollback. In all of its functions `before` is the host state when the phase began,
 * `start` the host state when its step began, and `now` or `after` what is observed.
 */
export interface Phase {
  /** A word for the state machine and the report: `mirror`, `pivot`. */
  readonly name: string;
  /** What the phase does, and why, as a clause without a full stop. */
  readonly summary: string;
  effects(before: HostState, start: HostState): readonly Effect[];
  /** What has to be so after the effects, judged from what is observed. */
  expects(before: HostState, start: HostState): readonly Expectation[];
  /**
   * The effects that lead from `now`, wherever the phase stopped, to a host state as good as `before`. Asked again after
   * they are done, until nothing is left to do: so it is computed from what is so, not from what was meant.
   * @throws NoWayBack where there is none
   */
  undo(before: HostState, now: HostState, start: HostState): readonly Effect[];
  /** How the rollback is described in a preview, as a clause. */
  readonly rollback: string;
  /**
   * By how much files grow in the rollback of the phase once it is done, as far as the host told the sizes. What takes next
   * to nothing, such as an empty overlay, is left out.
   */
  rollbackRoom?(before: HostState, start: HostState): readonly RollbackRoom[];
  /** Why this phase, once done, cannot be undone; undefined where it can. */
  pointOfNoReturn?(before: HostState, start: HostState): string | undefined;
  /** Whether the guest stands still during the phase, and why; undefined where it runs. */
  readonly pauses?: string;
}

/** Parameters that show the step's use; run through the schema and the checks by tests, and printed in its page. */
export interface Example {
  readonly title: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** There is no rollback from here; the message says what is so and `next` what a person can type. */
export class NoRollback extends Error {
  readonly next: readonly Command[];
  constructor(message: string, next: readonly Command[] = []) {
    super(message);
    this.name = 'NoWayBack';
    this.next = next;
  }
}

/** A step whose parameters' type has been checked at its definition, for the registry to hold beside others. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds steps of different parameters; plan/ validates them against the schema before any is called.
export type AnyStep = Step<any>;

/** Defines a step kind whose parameters' type is read off its schema: `defineStep<typeof schema>({ … })`. */
export function defineStep<S extends ParamsSchema>(step: Step<Infer<S>>): Step<Infer<S>> {
  return step;
}
