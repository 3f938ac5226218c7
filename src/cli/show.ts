/** `blockplan show`: shows a run in detail, from its journal. */
import { codes } from '../codes.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { renderShown } from '../render/show.ts';
import { runReportOf } from '../run/run-report.ts';
import { inputRefusal } from './read.ts';
import { resultText } from './result-text.ts';
import { namedRun, ownState, runHolders } from './run-folders.ts';

export interface ShowCommandOptions {
  readonly format: 'text' | 'json';
}

/** @returns the exit code */
export async function showCommand(word: string, { format }: ShowCommandOptions): Promise<number> {
  const state = ownState();
  const folder = await namedRun(state, word);
  const report = await runReportOf(folder, await runHolders(state));
  if (!report)
    throw inputRefusal(
      codes.journalUnsupported,
      `run ${folder.run} never started: its folder has no journal`,
      'choose another run; see blockplan list',
    );
  process.stdout.write(
    resultText(report, format, (shown, color, columns) =>
      renderShown(shown, color, columns || USUAL_COLUMNS),
    ),
  );
  return 0;
}
