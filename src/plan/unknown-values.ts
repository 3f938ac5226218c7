/** Reads a plan without its guest: what holds whatever the values of the guest and of the run are. */
import type { Finding } from '../errors.ts';
import { type HostLookup, hostText, nameOf, runProperty } from './host-references.ts';
import { short } from './words.ts';

/** Unicode's private characters are signs: they are in no plan, and a message leaves them as they are. */
const FIRST_SIGN = 0xe000;
const SIGNS = 6400;
const SIGN = /\/?[\ue000-\uf8ff]/g;

/** Stands for the values of a guest and of a run with signs, and shows in messages the references that they stand for. */
export class ReferenceSigns {
  readonly #texts = new Map<string, string>();
  /** By sign: the text that stands for the value, and the name that is shown for it. */
  readonly #shown = new Map<string, { readonly text: string; readonly name: string }>();

  /** Gives each reference a text of its own. A path has a slash before its sign, so that most plans have no finding. */
  readonly lookup: HostLookup = (reference) => {
    const name = nameOf(reference);
    const known = this.#texts.get(name);
    if (known !== undefined) return hostText(known);
    const sign = String.fromCharCode(FIRST_SIGN + (this.#texts.size % SIGNS));
    const isPath = reference.of === 'disk' && reference.property === 'source';
    const text = isPath ? `/${sign}` : sign;
    // The name of a disk may be a reference itself, which has an earlier sign.
    this.#shown.set(sign, { text, name: short(this.#shownText(name)) });
    this.#texts.set(name, text);
    return hostText(text);
  };

  /** The finding with references such as `${run.date}` in place of signs. */
  shown(finding: Finding): Finding {
    const { message, hint } = finding;
    const shown = { ...finding, message: this.#shownText(message) };
    return hint === undefined ? shown : { ...shown, hint: this.#shownText(hint) };
  }

  #shownText(message: string): string {
    return message.replaceAll(SIGN, (found) => {
      const known = this.#shown.get(found.slice(-1));
      if (!known) return found;
      const before = found === known.text ? '' : found.slice(0, -1);
      return `${before}\${${known.name}}`;
    });
  }
}

/** Texts that a guest's name, and the source and the format of a disk, may be. */
const EXAMPLES = ['/guest', 'guest', 'qcow2', 'raw'];

/** Possible values of a guest and of a run; they differ where a check could be decided by them. */
const EXAMPLE_LOOKUPS = EXAMPLES.map(
  (example): HostLookup =>
    (reference) => {
      if (reference.of === 'run') return runProperty('20000101-000000-000000', reference.property);
      return hostText(
        reference.property === 'uuid' ? '11111111-1111-4111-8111-111111111111' : example,
      );
    },
);

/**
 * The findings that are made whatever the values of the guest and of the run are.
 *
 * @param findings those with signs
 * @param withValues the findings with these values; called only if there is something to compare
 */
export function certainFindings(
  findings: readonly Finding[],
  withValues: (values: HostLookup) => readonly Finding[],
): readonly Finding[] {
  return EXAMPLE_LOOKUPS.reduce((left, values) => {
    if (left.length === 0) return left;
    const also = new Set(withValues(values).map(placeOf));
    return left.filter((finding) => also.has(placeOf(finding)));
  }, findings);
}

function placeOf({ code, path, position }: Finding): string {
  return JSON.stringify([code, path, position?.line, position?.column]);
}
