/** `blockplan show`: shows a run in detail, from its journal. */
import { codes } from '../codes.ts';
import { tryReadRunLog } from '../journal/run-log.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { renderShown, type ShownRun } from '../render/show.ts';
import { historyOf } from '../run/history.ts';
import { runSummaryOf } from '../run/run-summary.ts';
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
  const summary = await runSummaryOf(folder, await runHolders(state));
  if (!summary)
    throw inputRefusal(
      codes.journalUnsupported,
      `run ${folder.run} never started: its folder has no journal`,
      'choose another run; see blockplan list',
    );
  const history = await tryReadRunLog(folder.folder).then((log) => log && historyOf(log));
  const shown: ShownRun = { standing: summary, ...(history ? { history } : {}) };
  process.stdout.write(
    resultText(shown, format, (told, color, columns) =>
      renderShown(told, color, columns || USUAL_COLUMNS),
    ),
  );
  return 0;
}
