import type { Finding } from '../errors.ts';
import { redactSource, redactText } from './redact.ts';

/** Data of any shape without the secrets in its strings. Its keys stay: they are never secret. */
export function redactValue<T>(value: T): T {
  return redacted(value) as T;
}

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redacted(each)]));
}

/** Findings as they may be shown: the line of the source keeps its columns, since carets point at them. */
export function redactFindings(findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => {
    const shown = redactValue(finding);
    const { position } = finding;
    return position && shown.position
      ? { ...shown, position: { ...shown.position, source: redactSource(position.source) } }
      : shown;
  });
}
