import type { Validate } from '../plan/input.ts';

/** Generated from the schema of notifications by `npm run generate`; true when the data is valid, else `errors` has what is wrong. */
declare const validate: Validate;
export default validate;
