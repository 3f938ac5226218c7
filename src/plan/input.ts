/** The input of the plan reader; in its own file, so that the published types do not import the parser. */
import type { AnyStep } from '../steps/define.ts';

export interface PlanInput {
  /** The file's name as the user gave it; only shown in messages. */
  readonly file: string;
  /** The file's bytes, or its text. */
  readonly source: string | Uint8Array;
  /** Values for the plan's variables, from `--set`. */
  readonly set?: Settings;
  /** The step kinds that exist. */
  readonly steps: readonly AnyStep[];
  /** Generated for the same kinds by `src/generate`; by default, the one for the registry's kinds. */
  readonly validate?: Validate;
}

/** Values by name, as given on the command line. */
export type Settings = Readonly<Record<string, string>>;

/** Whether data has the shape of a plan; if not, `errors` says what is wrong. */
export interface Validate {
  (data: unknown): boolean;
  errors?: SchemaError[] | null;
}

/** One error of the validator, with a pointer into the data. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  /** A pointer into the schema of a step's kind where the error is in its options, otherwise into the whole schema. */
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}
