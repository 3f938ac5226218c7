import type { Finding, Position } from '../errors.ts';

/** A plan's text with the means to say where in it something stands. */
export interface PlanText {
  /** The file's name as the user gave it. */
  readonly file: string;
  readonly source: string;
  /** The place of a key path: of the value where there is one, else of the nearest thing above it. */
  locate(path: readonly (string | number)[]): Position;
}

/** The findings with their positions filled in. */
export function withPositions(text: PlanText, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) =>
    finding.path && !finding.position
      ? { ...finding, position: text.locate(finding.path) }
      : finding,
  );
}
