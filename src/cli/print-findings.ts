/** Prints findings on standard error. A module of its own, loaded once there are findings. */
import type { Finding } from '../errors.ts';
import { redactFindings } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { renderFindings } from '../render/findings.ts';

/** @param findings what is wrong; passwords in them are not printed */
export function printFindings(findings: readonly Finding[]): void {
  const color = colorWanted(process.env, process.stderr.isTTY === true);
  process.stderr.write(renderFindings(redactFindings(findings), color));
}
