/** The plan's variables: declared with defaults, set on the command line, and used by references. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { Guesses } from '../nearest.ts';
import { printable } from '../printable.ts';
import { characterName } from './decode.ts';
import { errorFinding, type Findings } from './findings.ts';
import { type HostLookup, isHostName, lookupHost } from './host-references.ts';
import type { Settings } from './input.ts';
import {
  hasReference,
  type Lookup,
  type ResolvedName,
  type Scalar,
  substitute,
  type UnresolvedName,
} from './references.ts';
import type { SourcePositions } from './source-positions.ts';
import { listed, quoted } from './words.ts';

export class Vars {
  readonly #declared: ReadonlyMap<string, unknown>;
  readonly #names: readonly string[];
  readonly #domain: unknown;
  readonly #host: HostLookup;
  readonly #guesses = new Guesses();
  #settledDomain: ResolvedName | UnresolvedName | undefined;
  readonly #known = new Map<string, ResolvedName>();
  /** Variables with a wrong value. That is already reported, so references to them are not. */
  readonly #faulty = new Set<string>();

  /**
   * @param declared the plan's `vars`, as read; anything but a map counts as no variables
   * @param domain the plan's `domain`, as read
   * @param host resolves references to the guest and to the run
   */
  constructor(declared: unknown, domain: unknown, host: HostLookup) {
    const isMap = typeof declared === 'object' && declared !== null && !Array.isArray(declared);
    this.#declared = new Map(isMap ? Object.entries(declared) : []);
    this.#names = [...this.#declared.keys()];
    this.#domain = domain;
    this.#host = host;
  }

  /** Gives each variable its value, in the order of their declaration. */
  settle(set: Settings, places: SourcePositions, findings: Findings): void {
    for (const name of Object.keys(set)) {
      if (!this.#declared.has(name)) findings.add(this.#undeclared(name));
    }
    for (const [name, declared] of this.#declared) {
      const given = Object.hasOwn(set, name) ? set[name] : undefined;
      const known =
        given === undefined
          ? this.#ownValue(name, declared, places, findings)
          : coerce(name, given, declared);
      if (known && 'value' in known) this.#known.set(name, known);
      else this.#faulty.add(name);
      if (known && 'code' in known) findings.add(known);
    }
  }

  /** What a reference in a step or in the description stands for. */
  readonly lookup: Lookup = (name) => {
    if (name === 'domain') return this.#lookupDomain();
    if (isHostName(name)) return lookupHost(name, this.lookup, this.#host);
    const key = name.startsWith('vars.') ? name.slice('vars.'.length) : undefined;
    if (key !== undefined && this.#faulty.has(key)) return {};
    return (key === undefined ? undefined : this.#known.get(key)) ?? this.#unknown(name, key);
  };

  /** What a reference in `domain` stands for; the domain itself is not known yet. */
  readonly lookupForDomain: Lookup = (name) => {
    const code = codes.referenceOrder;
    if (name === 'domain')
      return {
        code,
        message: 'the key "domain" cannot refer to ${domain}',
        hint: 'write its name',
      };
    const answer = isHostName(name) ? { ofHost: true } : this.lookup(name);
    if (!('ofHost' in answer)) return answer;
    return {
      code,
      message: 'the key "domain" cannot refer to the guest or to the run',
      hint: 'write its name, or refer to a variable that contains it',
    };
  };

  /**
   * Sets the domain's name, once its own references are replaced.
   *
   * @param domain undefined if it is wrong, which is already reported
   */
  settleDomain(domain: string | undefined): void {
    this.#settledDomain = domain === undefined ? {} : { value: domain, written: domain };
  }

  #lookupDomain(): ResolvedName | UnresolvedName {
    if (this.#settledDomain) return this.#settledDomain;
    if (typeof this.#domain !== 'string') return {};
    if (!hasReference(this.#domain)) return { value: this.#domain, written: this.#domain };
    return {
      code: codes.referenceOrder,
      message: 'the key "domain" refers to a variable, so no variable can refer to ${domain}',
      hint: 'refer to the same variable instead',
    };
  }

  #ownValue(
    name: string,
    declared: unknown,
    places: SourcePositions,
    findings: Findings,
  ): ResolvedName | Finding | undefined {
    const path = ['vars', name];
    if (findings.isFaulty(path)) return undefined;
    if (declared === null) return required(name, places);
    if (typeof declared === 'string') {
      const earlier: Lookup = (word) =>
        word.startsWith('vars.') ? this.#lookupEarlier(name, word) : this.lookup(word);
      const lookup: Lookup = (word) =>
        isHostName(word) ? lookupHost(word, earlier, this.#host) : earlier(word);
      return substitute(declared, path, { lookup, findings, places });
    }
    if (typeof declared !== 'number' && typeof declared !== 'boolean') return undefined;
    return { value: declared, written: places.written(path) ?? String(declared) };
  }

  #lookupEarlier(from: string, word: string): ResolvedName | UnresolvedName {
    const name = word.slice('vars.'.length);
    if (name === from) {
      return {
        code: codes.referenceOrder,
        message: `the variable ${quoted(name)} refers to itself`,
        hint: 'write its value',
      };
    }
    if (this.#declared.has(name) && !this.#known.has(name) && !this.#faulty.has(name)) {
      return {
        code: codes.referenceOrder,
        message: `the variable ${quoted(name)} is declared after ${quoted(from)}, which refers to it`,
        hint: `move ${quoted(name)} above ${quoted(from)}`,
      };
    }
    return this.lookup(word);
  }

  #unknown(word: string, key: string | undefined): UnresolvedName {
    const near = this.#guesses.nearest(key ?? word.trim().replace(/^vars\./, ''), this.#names);
    const message =
      key === undefined
        ? `unknown reference ${quoted(`\${${word}}`)}: use \${vars.NAME}, \${domain}, \${guest.…} or \${run.…}`
        : `the plan declares no variable ${quoted(key)}`;
    if (near !== undefined)
      return {
        code: codes.unknownReference,
        message,
        hint: `did you mean \${vars.${printable(near)}}?`,
      };
    if (this.#guesses.nearest(word, ['domain']))
      return { code: codes.unknownReference, message, hint: 'did you mean ${domain}?' };
    return { code: codes.unknownReference, message, hint: this.#declaredHint() };
  }

  #undeclared(name: string): Finding {
    const near = this.#guesses.nearest(name, this.#names);
    return errorFinding(
      codes.unknownVariable,
      `--set ${printable(name)}: the plan declares no variable ${quoted(name)}`,
      {
        hint: near === undefined ? this.#declaredHint() : `did you mean ${quoted(near)}?`,
      },
    );
  }

  #declaredHint(): string {
    const names = this.#names.slice(0, 10);
    return names.length === 0
      ? 'declare it below "vars:" at the top of the plan'
      : `use a variable that the plan declares: ${listed(names)}`;
  }
}

function required(name: string, places: SourcePositions): Finding {
  const path = ['vars', name];
  return errorFinding(
    codes.variableNotSet,
    `the variable ${quoted(name)} has no default and is not set`,
    {
      path,
      position: places.locateKey(path),
      hint: `add --set ${printable(name)}=…`,
    },
  );
}

/** Converts a given value to the type of the default that it replaces. */
function coerce(name: string, given: string, declared: unknown): ResolvedName | Finding {
  const option = `--set ${printable(name)}`;
  const hidden = Array.from(given).find((character) => printable(character) !== character);
  if (hidden !== undefined) {
    return errorFinding(
      codes.forbiddenCharacter,
      `${option}: the value contains ${characterName(hidden)}`,
      {
        hint: 'remove it from the value',
      },
    );
  }
  const value = typed(given, declared);
  if (value !== undefined) return { value, written: given };
  const expected = typeof declared === 'number' ? 'a number' : 'true or false';
  return errorFinding(
    codes.variableType,
    `${option}: the value must be ${expected}, like the default ${String(declared)}, but is ${quoted(given)}`,
    {
      hint: `give ${expected}, or put the default in quotes`,
    },
  );
}

function typed(given: string, declared: unknown): Scalar | undefined {
  if (typeof declared === 'boolean') return { true: true, false: false }[given];
  if (typeof declared !== 'number') return given;
  const isNumber = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(given);
  const value = Number(given);
  if (!isNumber || !Number.isFinite(value)) return undefined;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value;
}
