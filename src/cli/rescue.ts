/** `blockplan rescue`: restores definitions that runs kept and that are lost. */
import { basename } from 'node:path';
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import { stateFolder } from '../journal/folder.ts';
import { redactFindings } from '../model/redact-value.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { colorWanted } from '../render/color.ts';
import { renderFindings } from '../render/findings.ts';
import { type RescueReport, renderRescue } from '../render/rescue.ts';
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
export async function rescueCommand(
  word: string | undefined,
  options: RescueOptions,
): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  // A definition may contain passwords: no other user may read the files that are written.
  process.umask(0o077);
  if ((word === undefined) === (options.all !== true))
    throw inputRefusal(
      codes.definitionNotFound,
      'either a definition or "--all" is required',
      'name a run, a domain or a bundle file, or use --all for all unfinished runs',
    );
  return word === undefined
    ? rescueAll(state, options)
    : tell(await rescueOne(state, await rescueTargetOf(state, word), options));
}

/** Restores all it can: an unreadable definition or a failing libvirt does not stop the others. */
async function rescueAll(state: string, options: RescueOptions): Promise<number> {
  let code = 0;
  const bugs: unknown[] = [];
  const folders = await allRescueTargets(state);
  for (const target of folders) {
    const run = basename(target.folder);
    try {
      code = Math.max(code, tell(await rescueFound(state, await target.look(), options)));
    } catch (error) {
      if (error instanceof BlockplanError) code = Math.max(code, tellError(run, error));
      else bugs.push(error);
    }
  }
  if (folders.length === 0) process.stdout.write('left alone: no run is unfinished\n');
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
  return { run: basename(folder), ...leftAlone('it kept no definition') };
}

function tell(report: RescueReport): number {
  const { columns, isTTY } = process.stdout;
  process.stdout.write(renderRescue(report, colorWanted(process.env, isTTY === true), columns));
  return OUTCOME_CODES[report.outcome];
}

function tellError(run: string, { findings, end }: BlockplanError): number {
  const named = redactFindings(findings).map((finding) => ({
    ...finding,
    message: `run ${run}: ${finding.message}`,
  }));
  const color = colorWanted(process.env, process.stderr.isTTY === true);
  process.stderr.write(renderFindings(named, color));
  return EXIT_CODES[end];
}
