/**
 * Loaded before blockplan's command line (`node --import`), so that nothing in `src` needs a hook: it is between blockplan and
 * its journal. It notes which records are written and synced. At the chosen record it kills its own process, or holds it until the
 * test lets it continue.
 */
import { appendFileSync, existsSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** `folder`: where to report; `seq` and `moment` (before, written, synced): when; `act` (kill, hold): what to do. */
const { folder, seq, moment, act } = JSON.parse(process.env.BLOCKPLAN_AT_RECORD ?? '{}');

/** The last record written. */
let last;
let written = 0;
let synced = 0;

const handle = await open('/dev/null');
const prototype = Object.getPrototypeOf(handle);
await handle.close();

const { appendFile, datasync } = prototype;

prototype.appendFile = async function append(data, ...options) {
  if (!isJournal(this)) return appendFile.call(this, data, ...options);
  const text = String(data);
  last = JSON.parse(text.trimEnd().split('\n').at(-1));
  const { type, direction, step, phase, effect } = last;
  tell({ seq: last.seq, type, direction, step, phase, tool: toolOf(effect) });
  reach('before');
  await appendFile.call(this, data, ...options);
  written += Buffer.byteLength(text);
  reach('written');
};

prototype.datasync = async function sync(...options) {
  await datasync.call(this, ...options);
  if (!isJournal(this) || !last) return;
  synced = written;
  tell({ synced: last.seq });
  reach('synced');
};

function isJournal({ fd }) {
  return folder !== undefined && readlinkSync(`/proc/self/fd/${fd}`).endsWith('/journal.jsonl');
}

function toolOf(effect) {
  return effect?.tool === 'virsh' ? effect.verb : effect?.tool;
}

function tell(what) {
  appendFileSync(join(folder, 'records'), `${JSON.stringify(what)}\n`);
}

/** A held process does nothing at all, as if its next instruction had not come yet. */
function reach(when) {
  if (last.seq !== seq || when !== moment || existsSync(join(folder, 'held'))) return;
  const draft = join(folder, 'draft');
  writeFileSync(draft, JSON.stringify({ synced }));
  renameSync(draft, join(folder, 'held'));
  if (act === 'kill') process.kill(process.pid, 'SIGKILL');
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(join(folder, 'go'))) Atomics.wait(cell, 0, 0, 5);
}
