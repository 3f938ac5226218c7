/** What the reading of a plan is given; apart from the reader, so that the published types lead to no parser. */
import type { AnyStep } from '../steps/define.ts';

export interface PlanInput {
  /** The file's name as the user gave it; it is only shown. */
  readonly file: string;
  /** The file's bytes, or its text. */
  readonly source: string | Uint8Array;
  /** Values for the plan's variables, from `--set`. */
  readonly set?: Settings;
  /** The step kinds that there are. */
  readonly steps: readonly AnyStep[];
  /** Made for the same kinds by `src/generate`; the one for the registry's kinds by default. */
  readonly validate?: Validate;
}

/** Given values by name, as on the command line. */
export type Settings = Readonly<Record<string, string>>;

/** Says whether data has the shape of a plan; `errors` has what is wrong when it has not. */
export interface Validate {
  (data: unknown): boolean;
  errors?: SchemaError[] | null;
}

/** What the validator tells of one error: pointers into the data and into the schema of readers. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}
