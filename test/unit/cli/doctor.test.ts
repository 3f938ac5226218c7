/** The folder for the repair plans of `blockplan doctor`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { writePlans } from '../../../src/cli/doctor.ts';
import * as output from '../../../src/cli/output-file.ts';
import type { Diagnosed } from '../../../src/doctor/diagnose.ts';
import type { BlockplanError } from '../../../src/errors.ts';
import { scratchFolder, written } from '../../scratch-folder.ts';

vi.mock(import('../../../src/cli/output-file.ts'), { spy: true });
afterEach(() => vi.restoreAllMocks());

const scratch = scratchFolder('doctor');

const FINDING: Diagnosed = {
  ...{ code: 'BP233', severity: 'error', message: 'm', why: 'w', hint: 'h', commands: [] },
  plan: { file: 'redefine-vda.yaml', text: 'the plan\n' },
};

const refusalOf = (folder: string) =>
  writePlans({ findings: [FINDING] }, folder).then(
    () => 'written',
    ({ findings }: BlockplanError) => `${findings[0]?.message} (${findings[0]?.hint})`,
  );

test('is made, and no plan in it is overwritten', async () => {
  const folder = join(scratch, 'new', 'repairs');
  expect(await refusalOf(folder)).toBe('written');
  const file = join(folder, 'redefine-vda.yaml');
  expect(readFileSync(file, 'utf8')).toBe('the plan\n');
  expect(await refusalOf(folder)).toContain(
    `${file} already exists, and doctor does not overwrite files (choose a new folder, or one that contains none of these files)`,
  );
});

test('that is a file is refused with a hint that fits', async () => {
  const file = written(scratch, 'file', '');
  const message = await refusalOf(file);
  expect(message).toContain('the plans cannot be written: ENOTDIR');
  expect(message).toContain('choose a folder that you can write to');
});

test.each([
  ['EROFS', 'choose a folder that you can write to'],
  ['ENOSPC', 'free some space there, or choose another folder'],
  ['EDQUOT', 'free some space there, or choose another folder'],
])('on a file system that answers %s', async (code, hint) => {
  vi.mocked(output.writeNewFile).mockRejectedValueOnce(Object.assign(new Error(code), { code }));
  expect(await refusalOf(join(scratch, 'full'))).toContain(
    `the plans cannot be written: ${code} (${hint})`,
  );
});
