/** The findings of `blockplan validate` for programs. */
import type { Finding } from '../errors.ts';
import { printable } from '../printable.ts';
import { jsonText } from './json.ts';

export interface ValidatedPlan {
  /** As it was named on the command line. */
  readonly file: string;
  /** Without the guest's secrets. */
  readonly findings: readonly Finding[];
}

/** In the shape of `schemas/validate.schema.json`. */
export function validationJson(plans: readonly ValidatedPlan[]): string {
  const shown = plans.map(({ file, findings }) => ({
    file,
    valid: !findings.some(({ severity }) => severity === 'error'),
    findings,
  }));
  return `${jsonText({ format: 'blockplan-validate/v1', plans: shown }, 2)}\n`;
}

/** As workflow commands, which GitHub shows beside the lines of a pull request (GitHub, "Workflow commands"). */
export function annotations(plans: readonly ValidatedPlan[]): string {
  return plans
    .flatMap(({ file, findings }) => findings.map((each) => annotation(file, each)))
    .join('');
}

function annotation(plan: string, { severity, code, message, hint, position }: Finding): string {
  const properties = {
    file: position?.file ?? plan,
    ...(position ? { line: position.line, col: position.column } : {}),
    title: code,
  };
  const words = Object.entries(properties).map(
    ([name, value]) => `${name}=${escaped(printable(String(value))).replace(/[:,]/g, percent)}`,
  );
  const text = hint === undefined ? message : `${message}\nhint: ${hint}`;
  const lines = text.split('\n').map(printable).join('\n');
  return `::${severity} ${words.join(',')}::${escaped(lines)}\n`;
}

function escaped(text: string): string {
  return text.replace(/[%\r\n]/g, percent);
}

function percent(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
