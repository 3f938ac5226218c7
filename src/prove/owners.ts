/**
 * Which files belong to other domains. This is independent of the comparison that the steps under test use, because a proof
 * must not judge by it. Names are joined into files by everything that the host state before the run says about them.
 */
import type { HostState } from '../model/host-state.ts';

export class Owners {
  readonly #parents = new Map<string, string>();
  readonly #theirs: ReadonlySet<string>;

  /** @param initial the host state before the run */
  constructor({ files, names = {}, others }: HostState) {
    for (const [name, identity] of Object.entries(names)) this.#join(name, `leads to ${identity}`);
    for (const [name, file] of Object.entries(files))
      if (file?.identity !== undefined) this.#join(name, `leads to ${file.identity}`);
    const told = [...Object.keys(names), ...Object.keys(files)];
    for (const name of [...told, ...others.flatMap((each) => [...each.files, ...each.writes])])
      this.#join(name, spelledOut(name));
    this.#theirs = new Set(
      others.flatMap((each) => [...each.files, ...each.writes].map((name) => this.#root(name))),
    );
  }

  /** Whether the file belongs to another domain, under any name. */
  areOthers(name: string): boolean {
    return this.#theirs.has(this.#root(name)) || this.#theirs.has(this.#root(spelledOut(name)));
  }

  #root(name: string): string {
    let root = name;
    for (let up = this.#parents.get(root); up !== undefined; up = this.#parents.get(root))
      root = up;
    return root;
  }

  #join(a: string, b: string): void {
    const [from, to] = [this.#root(a), this.#root(b)];
    if (from !== to) this.#parents.set(from, to);
  }
}

/** The path without `.`, `..` and empty parts; links are not followed. */
function spelledOut(name: string): string {
  if (!name.startsWith('/')) return name;
  const walked: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') walked.pop();
    else if (part !== '' && part !== '.') walked.push(part);
  }
  return `/${walked.join('/')}`;
}
