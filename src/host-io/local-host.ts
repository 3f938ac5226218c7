/** The host that blockplan runs on. */
import { bootId } from '../processes.ts';
import { readDataFiles } from './data-files.ts';
import { inspectDestination, usersAt } from './destination.ts';
import {
  identify,
  inspectFile,
  inspectFiles,
  inspectFolder,
  statFile,
  syncPaths,
} from './files.ts';
import { holdFile } from './held-file.ts';
import type { HostIO } from './host-io.ts';
import { makeFile, removeScratchFile, writeScratchFile } from './made-file.ts';
import { findOverlays } from './overlays-beside.ts';
import { findProcess, isRunning, run, start } from './programs.ts';

let boot: string | undefined;

export const localHost: HostIO = {
  get boot() {
    boot ??= bootId();
    return boot;
  },
  get user() {
    return process.geteuid?.();
  },
  inspectFile,
  inspectFiles,
  identify,
  stat: statFile,
  inspectFolder,
  inspectDestination,
  usersAt,
  readDataFiles,
  findOverlays,
  makeFile,
  holdFile,
  sync: syncPaths,
  writeScratchFile,
  removeScratchFile,
  findProcess,
  isRunning,
  run,
  start,
};
