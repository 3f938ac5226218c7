import type { Validate } from '../plan/input.ts';

/** Generated from the schema of facts by `npm run generate`; true when the data is facts, else `errors` has what is wrong. */
declare const validate: Validate;
export default validate;
