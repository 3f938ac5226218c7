/** Reads the plan that a command was given: a file, or standard input for `-`. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Code, codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { onlyNearest } from '../nearest.ts';
import { draftPlan, type PlanDraft } from '../plan/read.ts';
import { steps } from '../steps/registry.ts';

/**
 * @param file a path, or `-`
 * @param settings `name=value` words from `--set`
 * @throws BlockplanError `input-refused`
 */
export async function draftFrom(file: string, settings: readonly string[]): Promise<PlanDraft> {
  const set = readSettings(settings);
  const { source, name } = await textOf(file, 'plan');
  return draftPlan({ file: name, source, set, steps });
}

/**
 * The bytes of an input file, and the name that messages use for it.
 * @param file a path, or `-`
 * @param what `plan` or `facts`, for the refusal
 * @throws BlockplanError `input-refused` when they cannot be read
 */
export async function textOf(
  file: string,
  what: 'plan' | 'facts',
): Promise<{ source: Buffer; name: string }> {
  return file === '-'
    ? { source: await standardInput(), name: '<stdin>' }
    : { source: contentOf(file, what), name: file };
}

/**
 * The values that `--set` gave, by name.
 * @throws BlockplanError `input-refused` with every setting that is not one
 */
export function readSettings(settings: readonly string[]): Record<string, string> {
  const [first, ...others] = settings
    .filter((setting) => setting.indexOf('=') < 1)
    .map((setting): Finding => {
      const message = `"--set ${setting}" is not a variable and a value`;
      return { ...INVALID_SETTING, message, hint: 'write --set name=value' };
    });
  if (first) throw new BlockplanError('input-refused', [first, ...others]);
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );
}

const INVALID_SETTING = { code: codes.invalidSetting, severity: 'error' } as const;

/** Synchronous, because loading `node:fs/promises` would take 2 ms. */
function contentOf(file: string, what: 'plan' | 'facts'): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a folder' : message;
    const near = code === 'ENOENT' ? nearestBeside(file) : undefined;
    throw inputRefusal(
      codes.inputUnreadable,
      `the ${what} ${file} cannot be read: ${why}`,
      near === undefined
        ? `name a ${what} file, or - for standard input`
        : `did you mean "${near}"?`,
    );
  }
}

/** With more names than this in a folder, no guess is made. */
const MOST_NAMES = 1000;

/** The file in the same folder that the user probably meant; undefined without a clear guess. */
function nearestBeside(file: string): string | undefined {
  const folder = dirname(file);
  try {
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name);
    const near = names.length > MOST_NAMES ? undefined : onlyNearest(basename(file), names);
    return near && join(folder, near);
  } catch {
    // The guess is only a help: that the file cannot be read is reported in any case.
    return undefined;
  }
}

async function standardInput(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** A refusal of something on the command line. */
export function inputRefusal(code: Code, message: string, hint: string): BlockplanError {
  return new BlockplanError('input-refused', [{ code, severity: 'error', message, hint }]);
}
