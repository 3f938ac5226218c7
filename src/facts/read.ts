/** A facts file as the host state that it tells of, with a sensible value for all that is left out. */
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

/** Where findings go, and where in the text they are. */
interface Report {
  readonly places: SourcePositions;
  readonly findings: Findings;
}

/**
 * Reads facts, in YAML or JSON, as `blockplan facts` writes them or as a person does.
 *
 * @param source the file's bytes, or its text
 * @param file its name as the user gave it; it is only shown
 * @throws BlockplanError `input-refused` with everything that is wrong, in the text's order
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
      'leave "definition" out, or say "persistent: true"',
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
        `the definition is one of ${quoted(defined.name)}, but the facts are those of ${quoted(domain.name)}`,
        'put the right one there: virsh dumpxml --inactive; or leave it out',
      );
    return defined;
  } catch (error) {
    const [what = ''] = (error as Error).message.split('\n');
    tell(
      report,
      codes.factsNotDomainXml,
      path,
      `the definition is not the XML of a domain: ${printable(what)}`,
      'put there what this prints: virsh dumpxml --inactive; or leave it out',
    );
    return undefined;
  }
}

function checkDisks({ disks, definition, domain }: Facts, report: Report): void {
  if (disks !== undefined || definition !== undefined || domain.state === 'gone') return;
  const hint = 'add "disks:" and below it a list, each item with a target and a chain';
  tell(
    report,
    codes.factsWithoutDisks,
    ['disks'],
    'the facts tell neither the disks nor a definition',
    hint,
  );
}

function checkTwice({ disks = [], others = [] }: Facts, report: Report): void {
  const check = (where: string, names: readonly string[], pathOf: (index: number) => Path) => {
    const known = new Set<string>();
    for (const [index, name] of names.entries()) {
      if (known.size < known.add(name).size) continue;
      const message = `${quoted(name)} stands in ${where} twice`;
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
