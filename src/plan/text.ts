import type { Finding, Position } from '../errors.ts';

/** A plan's text, with the positions of its parts. */
export interface PlanText {
  /** The file's name as the user gave it. */
  readonly file: string;
  readonly source: string;
  /** The position of a key path: its value if it exists, else the nearest node above it. */
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
