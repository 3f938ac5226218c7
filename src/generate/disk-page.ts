/** Makes the page of what a `<disk>` may have, from the table that blockplan goes by; writes nothing. */
import { codes } from '../codes.ts';
import { DISK_PROPERTIES, type DiskProperty, propertyText } from '../model/disk-elements.ts';

/** The text of `src/model/disks.md`. */
export function diskPage(): string {
  const refused = DISK_PROPERTIES.flatMap(({ at, treatment, because, refusedValues = {} }) => [
    ...(treatment === 'refused' ? [[at, propertyText(at), because] as const] : []),
    ...Object.entries(refusedValues).map(
      ([value, why]) => [at, propertyText(at, value), why] as const,
    ),
  ]);
  return `${[
    '<!-- Generated from src/model/disk-elements.ts by `npm run generate`; do not edit. -->',
    '# Which disks blockplan works on',
    `Every element and attribute of a \`<disk>\` in libvirt's domain XML is on one of these lists. A step refuses to work on a disk with anything that is refused, or that is on no list (${codes.diskUnsupported}). A disk that no step touches may have what it likes.`,
    '## Refused',
    table('property | why', byReason(refused)),
    '## Modelled',
    table('property | what it is', rowsOf('modelled')),
    '## Irrelevant to block jobs',
    table('property | what it is', rowsOf('irrelevant')),
  ].join('\n\n')}\n`;
}

function rowsOf(treatment: DiskProperty['treatment']): string[] {
  return byReason(
    DISK_PROPERTIES.filter((each) => each.treatment === treatment).map(
      ({ at, because, values }) =>
        [at, `${propertyText(at)}${values ? ` (${values.join(', ')})` : ''}`, because] as const,
    ),
  );
}

/** One row for all that has the same reason; a place inside of a source is told from one of the disk. */
function byReason(properties: readonly (readonly [string, string, string])[]): string[] {
  const rows = new Map<string, string[]>();
  for (const [at, text, because] of properties) {
    const [outer = ''] = at.split('/');
    const where = at.includes('/') ? ` in \`<${outer}>\`` : '';
    const [, name = text, values = ''] = /^(<.*>)(.*)$/.exec(text) ?? [];
    rows.set(because, [...(rows.get(because) ?? []), `\`${name}\`${values}${where}`]);
  }
  return [...rows].map(([because, names]) => `${names.join(', ')} | ${because}`);
}

function table(head: string, rows: readonly string[]): string {
  return [`| ${head} |`, '|---|---|', ...rows.map((row) => `| ${row} |`)].join('\n');
}
