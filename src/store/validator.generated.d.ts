import type { ManifestValidator } from './manifest-errors.ts';

/** Generated from the schema of manifests by `npm run generate`; true if the data is a manifest, else `errors` has what is wrong. */
declare const validate: ManifestValidator;
export default validate;
