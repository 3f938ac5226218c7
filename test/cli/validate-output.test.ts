/** What `validate` prints into pipes, which a reader may empty late. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder('validate-output');

const PLAN = 'plans/live-storage-migration.yaml';
/** More than the 64 KiB of a pipe. */
const TIMES = 2500;
const WHOLE = `${`${PLAN} is valid\n`.repeat(TIMES)}the host was not checked; preview checks it\n`;

const VALIDATE = 'exec "$0" dist/cli.js validate "$@"';

test.each([
  ['that blocks', VALIDATE],
  // dd sets the flag of what they share.
  ['that does not block', `dd if=/dev/null oflag=nonblock status=none; ${VALIDATE}`],
])('everything arrives through a full pipe %s', async (how, script) => {
  const pipe = join(folder, how.replaceAll(' ', '-'));
  execFileSync('mkfifo', [pipe]);
  const end = openSync(pipe, constants.O_RDWR);
  const plans = Array<string>(TIMES).fill(PLAN);
  const child = spawn('sh', ['-c', script, process.execPath, ...plans], {
    stdio: ['ignore', end, 'inherit'],
  });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const fd = openSync(pipe, constants.O_RDONLY);
  closeSync(end);
  await delay(2000);
  let text = '';
  for await (const piece of createReadStream('', { fd, encoding: 'utf8' })) text += piece;
  expect(await exit).toBe(0);
  expect(text).toBe(WHOLE);
});
