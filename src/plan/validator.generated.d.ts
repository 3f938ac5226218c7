import type { SchemaError } from './explain.ts';

/** Generated from the step kinds by `npm run generate`; true when the data is a plan, else `errors` has what is wrong. */
declare const validate: { (data: unknown): boolean; errors?: SchemaError[] | null };
export default validate;
