/** What a proof or a rehearsal prints: its result without the guest's secrets, in the form that was asked for. */
import { redactValue } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { jsonText } from '../render/json.ts';

/** @param render tells a result to people; `columns` is where sentences are broken into lines */
export function resultText<Result>(
  result: Result,
  output: 'text' | 'json',
  render: (shown: Result, color: boolean, columns: number | undefined) => string,
): string {
  const shown = redactValue(result);
  return output === 'json'
    ? `${jsonText(shown)}\n`
    : render(
        shown,
        colorWanted(process.env, process.stdout.isTTY === true),
        process.stdout.columns,
      );
}
