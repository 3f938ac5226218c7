import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for one test file, removed after its last test. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `blockplan-${name}-`));
  afterAll(() => rm(folder, { recursive: true }));
  return folder;
}

/** Writes a file, and returns its path. */
export function written(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
