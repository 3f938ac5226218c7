/** Formats the result of a proof or a rehearsal, without the guest's secrets. */
import { redactValue } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { jsonText } from '../render/json.ts';

/** @param render formats a result as text; `columns` is the width at which sentences wrap */
export function resultText<Result>(
  result: Result,
  format: 'text' | 'json',
  render: (shown: Result, color: boolean, columns: number | undefined) => string,
): string {
  const shown = redactValue(result);
  return format === 'json'
    ? `${jsonText(shown)}\n`
    : render(
        shown,
        colorWanted(process.env, process.stdout.isTTY === true),
        process.stdout.columns,
      );
}
