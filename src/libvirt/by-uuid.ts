/** Addresses a domain by UUID where virsh would take its name for an id or a UUID. */
import { isTakenForId } from '../command.ts';
import type { Answer } from './answer.ts';
import { printedBy } from './read-answer.ts';
import type { RunOptions, Virsh } from './virsh.ts';

/** No domain has this UUID, so a name that does not exist cannot address another domain. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * The word by which virsh finds exactly this domain: its name, or its UUID where virsh would take the name for an id.
 * Queried each time, since a domain may be defined or renamed in the meantime.
 *
 * @throws BlockplanError domainUnreadable if libvirt does not list its domains
 */
export async function unambiguousName(virsh: Virsh, name: string): Promise<string> {
  return isTakenForId(name) ? ((await uuidByName(virsh, name)) ?? NOBODY) : name;
}

/**
 * The UUID of the domain of exactly this name; undefined where there is none. `domuuid` takes a name for an id too.
 *
 * @throws BlockplanError domainUnreadable if libvirt does not list its domains
 */
export async function uuidByName(virsh: Virsh, name: string): Promise<string | undefined> {
  return uuidIn(printedBy(virsh, name, await listDomains(virsh)), name);
}

/**
 * Whether libvirt lists a domain of exactly this name or UUID; undefined where it does not list its domains.
 */
export async function isListed(virsh: Virsh, domain: string): Promise<boolean | undefined> {
  const { ok, stdout } = await listDomains(virsh);
  if (!ok) return undefined;
  return uuidIn(stdout, domain) !== undefined || hasUuid(stdout, domain);
}

function hasUuid(list: string, uuid: string): boolean {
  return list.split('\n').some((line) => line.startsWith(`${uuid} `));
}

function listDomains(virsh: Virsh): Promise<Answer> {
  return virsh.run(['list', '--all', '--uuid', '--name']);
}

function uuidIn(list: string, name: string): string | undefined {
  const line = list.split('\n').find((each) => each.slice(each.indexOf(' ') + 1) === name);
  return line?.slice(0, line.indexOf(' '));
}

/** The same session, in which `--domain NAME` means the domain of that name. */
export function byExactName(virsh: Virsh, name: string): Virsh {
  return isTakenForId(name) ? new ByUuid(virsh, name) : virsh;
}

class ByUuid implements Virsh {
  readonly #virsh: Virsh;
  readonly #name: string;

  constructor(virsh: Virsh, name: string) {
    this.#virsh = virsh;
    this.#name = name;
  }

  get uri(): string {
    return this.#virsh.uri;
  }

  get alive(): boolean {
    return this.#virsh.alive;
  }

  get byUuid(): Virsh {
    return this.#virsh.byUuid;
  }

  get closed(): Virsh['closed'] {
    return this.#virsh.closed;
  }

  async run(argv: readonly string[], options?: RunOptions): Promise<Answer> {
    const [answer] = await this.runAll([argv], options);
    return answer as Answer;
  }

  async runAll(argvs: readonly (readonly string[])[], options?: RunOptions): Promise<Answer[]> {
    if (!argvs.some((argv) => argv.includes('--domain'))) return this.#virsh.runAll(argvs, options);
    const domains = await listDomains(this.#virsh);
    // Without them it is unknown what the commands would address, so none is sent, and each is refused like this one.
    if (!domains.ok) return argvs.map((argv) => ({ ...domains, argv }));
    const word = uuidIn(domains.stdout, this.#name) ?? NOBODY;
    return this.#virsh.runAll(
      argvs.map((argv) => this.#with(word, argv)),
      options,
    );
  }

  close(): Promise<void> {
    return this.#virsh.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #with(word: string, argv: readonly string[]): string[] {
    return argv.map((each, at) =>
      argv[at - 1] === '--domain' && each === this.#name ? word : each,
    );
  }
}
