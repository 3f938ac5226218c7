/** `blockplan rescue`: restores definitions that runs kept and that are lost. */
import { basename } from 'node:path';
import { codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { stateFolder } from '../journal/folder.ts';
import { redactFindings, redactValue } from '../model/redact-value.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { colorWanted } from '../render/color.ts';
import { renderFindings } from '../render/findings.ts';
import {
  type RescueRefusal,
  type RescueReport,
  renderRescue,
  rescueJson,
} from '../render/rescue.ts';
import { withJsonRefusal } from './json-refusal.ts';
import { inputRefusal } from './read.ts';
import { leftAlone, type RescueOptions, rescueOne } from './rescue-one.ts';
import { allRescueTargets, type RescueTarget, rescueTargetOf } from './rescue-targets.ts';

/** An outcome in doubt needs attention, like a stranded one. */
const OUTCOME_CODES: Readonly<Record<RescueReport['outcome'], number>> = {
  restored: 0,
  'left alone': 0,
  'in doubt': EXIT_CODES.stranded,
  stranded: EXIT_CODES.stranded,
};

/**
 * @param word a run, a domain, or the path of a bundle or of a run's folder
 * @returns the exit code; of several, the highest
 */
export function rescueCommand(word: string | undefined, options: RescueOptions): Promise<number> {
  return withJsonRefusal(options.format, () => rescue(word, options));
}

async function rescue(word: string | undefined, options: RescueOptions): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  // A definition may contain passwords: no other user may read the files that are written.
  process.umask(0o077);
  if ((word === undefined) === (options.all !== true))
    throw inputRefusal(
      codes.definitionNotFound,
      'specify either a definition or "--all", not both',
      'name a run, a domain or a bundle file, or use --all for all unfinished runs',
    );
  if (word === undefined) return rescueAll(state, options);
  const report = await rescueOne(state, await rescueTargetOf(state, word), options);
  if (options.format === 'json') process.stdout.write(rescueJson([redactValue(report)]));
  else printReport(report);
  return OUTCOME_CODES[report.outcome];
}

/** Restores all it can: an unreadable definition or a failing libvirt does not stop the others. */
async function rescueAll(state: string, options: RescueOptions): Promise<number> {
  const isText = options.format === 'text';
  const results: (RescueReport | RescueRefusal)[] = [];
  const bugs: unknown[] = [];
  let code = 0;
  for (const target of await allRescueTargets(state)) {
    const run = basename(target.folder);
    try {
      const report = await rescueFound(state, await target.look(), options);
      results.push(redactValue(report));
      code = Math.max(code, OUTCOME_CODES[report.outcome]);
      if (isText) printReport(report);
    } catch (error) {
      if (error instanceof BlockplanError) {
        const findings = redactFindings(error.findings);
        results.push({ outcome: 'refused', run, findings });
        code = Math.max(code, EXIT_CODES[error.end]);
        if (isText) printRunFindings(run, findings);
      } else bugs.push(error);
    }
  }
  if (!isText) process.stdout.write(rescueJson(results));
  else if (results.length + bugs.length === 0)
    process.stdout.write('nothing to restore: no run is unfinished\n');
  if (bugs.length > 0) throw bugs[0];
  return code;
}

/** Most runs never make a domain transient, so they kept nothing. */
async function rescueFound(
  state: string,
  target: RescueTarget,
  options: RescueOptions,
): Promise<RescueReport> {
  const { found, folder } = target;
  if ('kept' in found || !found.missing) return rescueOne(state, target, options);
  return { run: basename(folder), ...leftAlone('it saved no definition') };
}

function printReport(report: RescueReport): void {
  const { columns, isTTY } = process.stdout;
  process.stdout.write(renderRescue(report, colorWanted(process.env, isTTY === true), columns));
}

function printRunFindings(run: string, findings: readonly Finding[]): void {
  const named = findings.map((each) => ({ ...each, message: `run ${run}: ${each.message}` }));
  const color = colorWanted(process.env, process.stderr.isTTY === true);
  process.stderr.write(renderFindings(named, color));
}
