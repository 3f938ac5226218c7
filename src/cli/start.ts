#!/usr/bin/env node
/** The start of the command line: finds what V8 has compiled before, and loads the rest with it. */
import { join } from 'node:path';
import { useCompileCache } from './compile-cache.ts';

useCompileCache(
  process.env,
  process.getuid?.(),
  join(import.meta.dirname, 'chunks'),
  process.argv[2],
);
void import('./main.ts');
