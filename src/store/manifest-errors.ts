/** The errors of the manifest's validator, as clauses. */

/** One error of the validator, with pointers into the data and into the schema. */
export interface ManifestError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Whether data has the shape of a manifest; if not, `errors` says what is wrong. */
export interface ManifestValidator {
  (data: unknown): boolean;
  errors?: readonly ManifestError[] | null;
}

/** More are not shown: the manifest is not repaired by hand. */
const MOST_CLAUSES = 4;
const MOST_LETTERS = 60;

/** What is wrong, in clauses without repetition; at least one. */
export function manifestClauses(errors: readonly ManifestError[], schema: unknown): string[] {
  const all = [...new Set(errors.map((error) => clauseOf(error, schema)))];
  const more = all.length - MOST_CLAUSES;
  return more > 0 ? [...all.slice(0, MOST_CLAUSES), `${more} more errors`] : all;
}

function clauseOf({ keyword, instancePath, schemaPath, params }: ManifestError, schema: unknown) {
  const words = pointerWords(instancePath);
  if (keyword === 'required')
    return `${labelOf([...words, String(params['missingProperty'])])} is missing`;
  if (keyword === 'additionalProperties')
    return `${labelOf([...words, String(params['additionalProperty'])])} is unknown`;
  if (words.length === 0) return 'it is not a JSON object';
  return `${labelOf(words)} is not ${titleAt(pointerWords(schemaPath).slice(0, -1), schema)}`;
}

function pointerWords(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `"disks[0].mode"`. */
function labelOf(words: readonly string[]): string {
  const path = words
    .map((word, at) => (/^\d+$/.test(word) ? `[${word}]` : at === 0 ? word : `.${word}`))
    .join('');
  return `"${path.length > MOST_LETTERS ? `${path.slice(0, MOST_LETTERS)}…` : path}"`;
}

function titleAt(words: readonly string[], schema: unknown): string {
  let at = schema;
  for (const word of words) at = (at as Readonly<Record<string, unknown>> | undefined)?.[word];
  return String((at as { readonly title?: unknown } | undefined)?.title ?? 'valid');
}
