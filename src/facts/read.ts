/** Reads a facts file into a host state, with sensible defaults for what is left out. */
import { type Code, codes } from '../codes.ts';
import { type DomainXml, readDomainXml } from '../model/domain-xml.ts';
import type { HostState } from '../model/host-state.ts';
import { readDocument } from '../plan/document.ts';
import { checkShape } from '../plan/document-shape.ts';
import { errorFinding, type Findings, type Path } from '../plan/findings.ts';
import { readKeys } from '../plan/keys.ts';
import { type JsonSchema, propertiesOf } from '../plan/schema.ts';
import type { SourcePositions } from '../plan/source-positions.ts';
import type { Data } from '../plan/tree.ts';
import { quoted } from '../plan/words.ts';
import { printable } from '../printable.ts';
import { AMOUNT, atMost, MOST_BYTES, readAmount } from './amounts.ts';
import { FACTS } from './document-kind.ts';
import type { Facts } from './facts.ts';
import { hostStateOf } from './host-state.ts';
import { factsSchema } from './schema.ts';
import validate from './validator.generated.js';

/** The facts as read, which may have errors, and what is found in them. */
interface Report {
  readonly data: Data;
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
  const schema = factsSchema();
  const known = readKeys(data, schema, [], { places, findings });
  checkShape(known, { validate, schema, steps: [] }, { places, findings });
  const report = { data: known, places, findings };
  const defined = readDefinition(report);
  checkDisks(report);
  checkTwice(report);
  checkAmounts(report, schema, []);
  findings.refuse();
  return hostStateOf(known as unknown as Facts, defined);
}

/** The value at that path; undefined if it, or what it is in, is missing or has an error. */
function soundValue({ data, findings }: Report, path: Path): unknown {
  let value: unknown = data;
  for (const [at, word] of path.entries()) {
    if (findings.isFaulty(path.slice(0, at + 1))) return undefined;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, word))
      return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[word];
  }
  return value;
}

function soundText(report: Report, path: Path): string | undefined {
  const value = soundValue(report, path);
  return typeof value === 'string' ? value : undefined;
}

function soundItems(report: Report, path: Path): readonly unknown[] {
  const value = soundValue(report, path);
  return Array.isArray(value) ? value : [];
}

function addFinding(
  { places, findings }: Report,
  code: Code,
  path: Path,
  message: string,
  hint: string,
): void {
  findings.add(errorFinding(code, message, { path, position: places.locate(path), hint }));
}

function readDefinition(report: Report): DomainXml | undefined {
  const path = ['definition'];
  const definition = soundText(report, path);
  if (definition === undefined) return undefined;
  const isGone = soundValue(report, ['domain', 'state']) === 'gone';
  if (isGone || soundValue(report, ['domain', 'persistent']) === false) {
    addFinding(
      report,
      codes.factsDefinitionMismatch,
      path,
      `a domain that is ${isGone ? 'gone' : 'transient'} has no persistent definition`,
      isGone
        ? 'remove "definition", or correct "state"'
        : 'remove "definition", or write "persistent: true"',
    );
    return undefined;
  }
  try {
    const defined = readDomainXml(definition);
    const name = soundText(report, ['domain', 'name']);
    if (name !== undefined && defined.name !== name)
      addFinding(
        report,
        codes.factsDefinitionMismatch,
        path,
        `the definition is for ${quoted(defined.name)}, but the facts are for ${quoted(name)}`,
        'remove it, or replace it with the output of: virsh dumpxml --inactive',
      );
    return defined;
  } catch (error) {
    const [what = ''] = (error as Error).message.split('\n');
    addFinding(
      report,
      codes.factsNotDomainXml,
      path,
      `the definition is not domain XML: ${printable(what)}`,
      'remove it, or replace it with the output of: virsh dumpxml --inactive',
    );
    return undefined;
  }
}

function checkDisks(report: Report): void {
  const { data, findings } = report;
  if ('disks' in data || 'definition' in data || findings.isFaulty(['domain', 'state'])) return;
  if (soundValue(report, ['domain', 'state']) === 'gone') return;
  const hint = 'add "disks:" with a list below it; each item has a target and a chain';
  addFinding(
    report,
    codes.factsWithoutDisks,
    ['disks'],
    'the facts contain neither disks nor a definition',
    hint,
  );
}

function checkTwice(report: Report): void {
  const check = (where: string, paths: readonly Path[]) => {
    const known = new Set<string>();
    for (const path of paths) {
      const name = soundText(report, path);
      if (name === undefined || known.size < known.add(name).size) continue;
      const message = `${quoted(name)} is listed twice in ${where}`;
      addFinding(report, codes.factsDuplicate, path, message, 'keep one of the two');
    }
  };
  const pathsIn = (list: Path, key: string): Path[] =>
    soundItems(report, list).map((item, at) =>
      typeof item === 'string' ? [...list, at] : [...list, at, key],
    );
  check(quoted('disks'), pathsIn(['disks'], 'target'));
  for (const [at, path] of pathsIn(['disks'], 'target').entries()) {
    const target = soundText(report, path);
    const where = target === undefined ? 'a disk' : quoted(target);
    check(`the chain of ${where}`, pathsIn(['disks', at, 'chain'], 'file'));
  }
  check(quoted('others'), pathsIn(['others'], 'name'));
}

/** Reports each size that is too large to be exact; a number has that limit in the schema. */
function checkAmounts(report: Report, schema: JsonSchema, path: Path): void {
  const value = soundValue(report, path);
  if (typeof value === 'string') {
    if (schema['pattern'] !== AMOUNT || readAmount(value) <= MOST_BYTES) return;
    const message = `the size ${quoted(value)} is more than ${atMost(MOST_BYTES)}`;
    addFinding(report, codes.invalidValue, path, message, 'check its unit');
  } else if (typeof value === 'object' && value !== null) {
    const { items, additionalProperties } = schema as Readonly<Record<string, JsonSchema>>;
    const properties = propertiesOf(schema);
    for (const word of Object.keys(value)) {
      const isItem = Array.isArray(value);
      const part = isItem
        ? items
        : Object.hasOwn(properties, word)
          ? properties[word]
          : additionalProperties;
      if (part) checkAmounts(report, part, [...path, isItem ? Number(word) : word]);
    }
  }
}
