/** The host that blockplan runs on. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { bootId } from '../processes.ts';
import { readBackingChain } from './backing-chain.ts';
import { compareImage } from './compare-image.ts';
import { readDataFiles } from './data-files.ts';
import { inspectDestination, usersAt } from './destination.ts';
import { digestImage } from './digest-image.ts';
import { identify, inspectFile, inspectFiles, inspectFolder, statFile } from './files.ts';
import { createFolder, moveFolder, removeFolder } from './folders.ts';
import { holdFile } from './held-file.ts';
import type { HostIO } from './host-io.ts';
import { findUnsyncable, openPaths, syncPaths } from './local-file-syncs.ts';
import { lockStore, storeHolders } from './local-store-lock.ts';
import { createFile, removeScratchFile, writeScratchFile } from './made-file.ts';
import { findOverlays } from './overlays-beside.ts';
import { findProcess, isRunning, runProgram, startProgram } from './programs.ts';
import { readExtents } from './read-extents.ts';
import { readStore } from './read-store.ts';
import { renameOver } from './replaced-file.ts';
import { makeSocketFolder, removeSocketFolder } from './socket-folder.ts';
import { writeWhole } from './written-file.ts';

let boot: string | undefined;

export const localHost: HostIO = {
  get boot() {
    boot ??= bootId();
    return boot;
  },
  get user() {
    return process.geteuid?.();
  },
  get caches() {
    return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  },
  get settings() {
    return process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  },
  inspectFile,
  inspectFiles,
  identify,
  stat: statFile,
  inspectFolder,
  inspectDestination,
  usersAt,
  readDataFiles,
  readBackingChain,
  readExtents,
  findOverlays,
  readStore: (path) => readStore(path),
  makeFile: createFile,
  digestImage,
  compareImage,
  holdFile,
  makeFolder: createFolder,
  moveFolder,
  removeFolder,
  writeFile: writeWhole,
  replaceFile: renameOver,
  sync: syncPaths,
  openToSync: openPaths,
  findUnsyncable,
  writeScratchFile,
  removeScratchFile,
  makeSocketFolder,
  removeSocketFolder,
  lockStore,
  storeHolders,
  findProcess,
  isRunning,
  run: runProgram,
  start: startProgram,
};
