/** What becomes of a definition, told line by line: only what means something to libvirt counts as a change. */
import { type DiffLine, lineDiff } from '../model/line-diff.ts';
import { redactXml } from '../model/redact.ts';
import { xmlLines } from '../model/xml-lines.ts';

/** The lines that change and a little around them, without secrets; a line `…` stands for those left out between. */
export function definitionDiff(before: string | undefined, after: string | undefined): DiffLine[] {
  if (before === after) return [];
  return lineDiff(
    before === undefined ? [] : xmlLines(redactXml(before)),
    after === undefined ? [] : xmlLines(redactXml(after)),
  );
}
