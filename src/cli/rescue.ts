/** `blockplan rescue`: writes definitions back that runs had kept and that nobody else has written back. */
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

/** In doubt as stranded, a person is needed. */
const OUTCOME_CODES: Readonly<Record<RescueReport['outcome'], number>> = {
  restored: 0,
  'left alone': 0,
  'in doubt': EXIT_CODES.stranded,
  stranded: EXIT_CODES.stranded,
};

/**
 * @param word a run, a domain, or the path of a bundle or of a run's folder
 * @returns the exit code; of several, the gravest
 */
export async function rescueCommand(
  word: string | undefined,
  options: RescueOptions,
): Promise<number> {
  const state = stateFolder(process.env, process.getuid?.());
  // A definition may hold passwords: what is written is nobody else's to read.
  process.umask(0o077);
  if ((word === undefined) === (options.all !== true))
    throw inputRefusal(
      codes.definitionNotFound,
      'it is not said which definition to write back',
      'name a run, a domain or a bundle file, or say --all for all unfinished runs',
    );
  return word === undefined
    ? rescueAll(state, options)
    : tell(await rescueOne(state, await rescueTargetOf(state, word), options));
}

/** One that cannot be read, or whose libvirt does not answer, keeps no other from being written back. */
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
  if (folders.length === 0) process.stdout.write('left alone: there is no unfinished run\n');
  if (bugs.length > 0) throw bugs[0];
  return code;
}

/** Most runs make no domain transient, and have kept nothing. */
async function rescueFound(
  state: string,
  target: RescueTarget,
  options: RescueOptions,
): Promise<RescueReport> {
  const { found, folder } = target;
  if ('kept' in found || !found.missing) return rescueOne(state, target, options);
  return { run: basename(folder), ...leftAlone('it has kept no definition') };
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
