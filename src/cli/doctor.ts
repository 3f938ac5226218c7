/** `blockplan doctor`: diagnoses a guest and proposes repair plans. Changes nothing. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { wholeCopyPath } from '../doctor/chain.ts';
import { type Diagnosis, diagnose } from '../doctor/diagnose.ts';
import type { Patient } from '../doctor/patient.ts';
import { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { makeFolder } from '../journal/durable.ts';
import { byExactName } from '../libvirt/by-uuid.ts';
import { examineDomain, examinedFiles } from '../libvirt/examine.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { openVirsh, type Virsh } from '../libvirt/virsh.ts';
import { filesOfDisk } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { colorWanted } from '../render/color.ts';
import { renderDiagnosis } from '../render/doctor.ts';
import { jsonText } from '../render/json.ts';
import { checkRunning } from '../steps/requirements/guest.ts';
import { chosenConnection, namedLibvirt } from './connection.ts';
import { forgottenRuns, leftBehind, MOST_SEARCHED, storesOfRuns } from './earlier-runs.ts';
import { withJsonRefusal } from './json-refusal.ts';
import { writeNewFile } from './output-file.ts';
import { inputRefusal } from './read.ts';
import { ownState } from './run-folders.ts';
import { isMarkerAlive, runsOnDomain } from './runs-on-domain.ts';

export interface DoctorCommandOptions {
  readonly connect?: string;
  /** A folder for the plans; without it they are printed. */
  readonly output?: string;
  readonly format: 'text' | 'json';
}

/** @returns the exit code: that of a refusal if anything was found */
export function doctorCommand(domain: string, options: DoctorCommandOptions): Promise<number> {
  return withJsonRefusal(options.format, () => examine(domain, options));
}

async function examine(domain: string, options: DoctorCommandOptions): Promise<number> {
  const diagnosis = diagnose(await admitted(domain, options.connect));
  const { output } = options;
  if (output !== undefined) await writePlans(diagnosis, output);
  const { redactValue } = await import('../model/redact-value.ts');
  const shown = redactValue(diagnosis);
  const told = {
    ...(output === undefined ? {} : { folder: output }),
    ...namedLibvirt(options.connect),
  };
  process.stdout.write(
    options.format === 'json'
      ? `${jsonText(shown, 2)}\n`
      : renderDiagnosis(
          shown,
          told,
          colorWanted(process.env, process.stdout.isTTY === true),
          process.stdout.columns || undefined,
        ),
  );
  return diagnosis.findings.length > 0 ? EXIT_CODES['preflight-refused'] : 0;
}

/** Uses a read-only connection, so that libvirt itself would refuse a change. */
async function admitted(domain: string, connect: string | undefined): Promise<Patient> {
  const place = { ...chosenConnection(connect), readonly: true };
  const connecting = openVirsh(localHost, place);
  try {
    const writeDurably = () => Promise.reject(new Error('doctor must not write'));
    const driver = await openLiveDriver(localHost, { ...place, domain, writeDurably }, connecting);
    const first = await driver.observe([]);
    const runs = await runsOnDomain(ownState(), first.domain);
    const common = { runs, here: hostname() };
    if (first.domain.state === 'gone') {
      const [unknown] = checkRunning(first);
      if (unknown && !runs.some(({ bundle }) => bundle))
        throw new BlockplanError('preflight-refused', [unknown]);
      return { state: first, ...common };
    }
    const { uuid } = first.domain;
    const stores = await storesOfRuns(ownState(), { uuid, most: MOST_SEARCHED });
    const known = stores.length === 0 ? first : await driver.readStores(first, stores);
    return await examined(await connecting, known, (files) => driver.survey(known, files), common);
  } finally {
    await connecting.then(
      (virsh) => virsh.close(),
      () => {},
    );
  }
}

async function examined(
  virsh: Virsh,
  { domain }: HostState,
  survey: (files: readonly string[]) => Promise<HostState>,
  common: Omit<Patient, 'state' | 'seen'>,
): Promise<Patient> {
  const seen = await examineDomain(localHost, byExactName(virsh, domain.name), domain);
  const places = domain.disks.flatMap((disk) => [
    ...filesOfDisk(disk),
    ...(disk.chain.length > 0 ? [wholeCopyPath(domain.name, disk)] : []),
  ]);
  const files = [...places, ...examinedFiles(seen)].filter((file) => file.startsWith('/'));
  const state = await survey([...new Set(files)]);
  const besides = seen.beside.map(({ file }) => file);
  const left = besides.length === 0 ? {} : await leftBehind(ownState(), state, besides, localHost);
  const isCopying = domain.disks.some(({ job }) => job?.mirror !== undefined);
  const forgotten = isCopying ? { forgotten: await forgottenRuns(ownState(), domain.uuid) } : {};
  const markedAlive = isMarkerAlive(seen.marker, common.runs);
  return {
    ...{ ...common, state, seen, ...left, ...forgotten },
    ...(markedAlive === undefined ? {} : { markedAlive }),
  };
}

/**
 * Writes the plans into a folder. Overwrites no file, so that a plan that was already reviewed does not change.
 * @throws BlockplanError repairsNotWritable
 */
export async function writePlans(
  { findings }: Pick<Diagnosis, 'findings'>,
  folder: string,
): Promise<void> {
  const plans = findings.flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
  if (plans.length === 0) return;
  try {
    await makeFolder(folder, 0o777);
    for (const { file, text } of plans) await writeNewFile(join(folder, file), text);
  } catch (error) {
    const { code, message, path } = error as NodeJS.ErrnoException;
    throw inputRefusal(
      codes.repairsNotWritable,
      code === 'EEXIST'
        ? `${path} already exists, and doctor does not overwrite files`
        : `the plans cannot be written: ${message}`,
      writeHint(code),
    );
  }
}

/** What to do after that error of the file system. */
function writeHint(code: string | undefined): string {
  if (code === 'EEXIST') return 'choose a new folder, or one that contains none of these files';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'free some space there, or choose another folder';
  return 'choose a folder that you can write to';
}
