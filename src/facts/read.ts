/** Reads a facts file into a host state, with sensible defaults for what is left out. */
import { type Code, codes } from '../codes.ts';
import { type DomainXml, readDomainXml } from '../model/domain-xml.ts';
import type { HostState } from '../model/host-state.ts';
import { readDocument } from '../plan/document.ts';
import { checkShape } from '../plan/document-shape.ts';
import { errorFinding, type Findings, type Path } from '../plan/findings.ts';
import type { SourcePositions } from '../plan/source-positions.ts';
import { quoted } from '../plan/words.ts';
import { printable } from '../printable.ts';
import type { Facts } from './facts.ts';
import { hostStateOf } from './host-state.ts';
import { factsSchema } from './schema.ts';
import { FACTS } from './subject.ts';
import validate from './validator.generated.js';

/** Collects findings, and finds their positions in the text. */
interface Report {
  readonly places: SourcePositions;
  readonly findings: Findings;
}

/**
 * Reads facts in YAML or JSON, written by `blockplan facts` or by hand.
 *
 * @param source the file's bytes, or its text
 * @param file the file's name as the user gave it; only shown in messages
 * @throws BlockplanError `input-refused` with all errors, in the order of the text
 */
export function readFacts(source: string | Uint8Array, file: string): HostState {
  const { data, places, findings } = readDocument(FACTS, file, source);
  checkShape(data, { validate, schema: factsSchema, steps: [] }, { places, findings });
  findings.refuse();
  const facts = data as unknown as Facts;
  const defined = readDefinition(facts, { places, findings });
  checkDisks(facts, { places, findings });
  checkTwice(facts, { places, findings });
  findings.refuse();
  return hostStateOf(facts, defined);
}

function tell(
  { places, findings }: Report,
  code: Code,
  path: Path,
  message: string,
  hint: string,
): void {
  findings.add(errorFinding(code, message, { path, position: places.locate(path), hint }));
}

function readDefinition({ definition, domain }: Facts, report: Report): DomainXml | undefined {
  if (definition === undefined) return undefined;
  const path = ['definition'];
  if (domain.persistent === false || domain.state === 'gone') {
    tell(
      report,
      codes.factsDefinitionMismatch,
      path,
      `a domain that is ${domain.state === 'gone' ? 'gone' : 'transient'} has no persistent definition`,
      'remove "definition", or write "persistent: true"',
    );
    return undefined;
  }
  try {
    const defined = readDomainXml(definition);
    if (defined.name !== domain.name)
      tell(
        report,
        codes.factsDefinitionMismatch,
        path,
        `the definition is for ${quoted(defined.name)}, but the facts are for ${quoted(domain.name)}`,
        'remove it, or replace it with the output of: virsh dumpxml --inactive',
      );
    return defined;
  } catch (error) {
    const [what = ''] = (error as Error).message.split('\n');
    tell(
      report,
      codes.factsNotDomainXml,
      path,
      `the definition is not domain XML: ${printable(what)}`,
      'remove it, or replace it with the output of: virsh dumpxml --inactive',
    );
    return undefined;
  }
}

function checkDisks({ disks, definition, domain }: Facts, report: Report): void {
  if (disks !== undefined || definition !== undefined || domain.state === 'gone') return;
  const hint = 'add "disks:" with a list below it; each item has a target and a chain';
  tell(
    report,
    codes.factsWithoutDisks,
    ['disks'],
    'the facts contain neither disks nor a definition',
    hint,
  );
}

function checkTwice({ disks = [], others = [] }: Facts, report: Report): void {
  const check = (where: string, names: readonly string[], pathOf: (index: number) => Path) => {
    const known = new Set<string>();
    for (const [index, name] of names.entries()) {
      if (known.size < known.add(name).size) continue;
      const message = `${quoted(name)} is listed twice in ${where}`;
      tell(report, codes.factsDuplicate, pathOf(index), message, 'keep one of the two');
    }
  };
  const targets = disks.map(({ target }) => target);
  check(quoted('disks'), targets, (index) => ['disks', index, 'target']);
  for (const [at, { target, chain = [] }] of disks.entries()) {
    const files = chain.map((layer) => (typeof layer === 'string' ? layer : layer.file));
    check(`the chain of ${quoted(target)}`, files, (index) => {
      const path = ['disks', at, 'chain', index];
      return typeof chain[index] === 'string' ? path : [...path, 'file'];
    });
  }
  const names = others.map(({ name }) => name);
  check(quoted('others'), names, (index) => ['others', index, 'name']);
}
