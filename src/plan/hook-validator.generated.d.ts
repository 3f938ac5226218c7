import type { Validate } from './input.ts';

/** Generated from `hook-schema.ts` by `npm run generate`; true when the data is a hook, else `errors` has what is wrong. */
declare const validate: Validate;
export default validate;
