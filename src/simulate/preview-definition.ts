/** The changes to a definition, line by line: only what is significant to libvirt counts as a change. */
import type { HostState } from '../model/host-state.ts';
import { type DiffLine, lineDiff } from '../model/line-diff.ts';
import { redactXml } from '../model/redact.ts';
import { xmlLines } from '../model/xml-lines.ts';

/** The current definition; for a domain that is transient during the run, the one that the journal keeps. */
export function definitionOf(state: HostState | undefined): string | undefined {
  return state?.domain.definition ?? state?.domain.kept?.definition;
}

/** The lines that change with some context, without secrets; a line `…` stands for omitted lines. */
export function definitionDiff(before: string | undefined, after: string | undefined): DiffLine[] {
  if (before === after) return [];
  return lineDiff(
    before === undefined ? [] : xmlLines(redactXml(before)),
    after === undefined ? [] : xmlLines(redactXml(after)),
  );
}
