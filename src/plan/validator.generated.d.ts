import type { Validate } from './input.ts';

/** Generated from the step kinds by `npm run generate`; true when the data is a plan, else `errors` has what is wrong. */
declare const validate: Validate;
export default validate;
