/** Generates the page of supported `<disk>` properties from the table that the checks use; writes no files. */
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
    `Every element and attribute of a \`<disk>\` in libvirt's domain XML is on one of these lists. A step refuses a disk that has a refused property, or one that is on no list (${codes.diskUnsupported}). Disks that no step uses may have any property.`,
    '## Refused',
    table('property | why', byReason(refused)),
    '## Supported',
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

/** One row for all properties with the same reason. A property inside a source is marked as such. */
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
