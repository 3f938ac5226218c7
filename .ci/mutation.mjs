// Changes the source one mutant at a time and runs the unit tests of the file: a mutant that no test detects survives. The
// results of each file are kept in .cache/mutation: a run that was stopped continues after the last file that it finished,
// and only mutants whose code or tests have changed are tried again.
//
//     npm run test:mutation                               all files, for hours
//     npm run test:mutation -- steps                      a room
//     npm run test:mutation -- src/steps/blockcopy.ts     a file
//     npm run test:mutation -- --report                   the scores so far, and the survivors
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const CACHE = '.cache/mutation';
const FILES = [
  ...['commands', 'steps', 'run'].flatMap((room) =>
    readdirSync(`src/${room}`)
      .filter((name) => name.endsWith('.ts') && name !== 'registry.ts')
      .map((name) => `src/${room}/${name}`),
  ),
  'src/libvirt/remove-unused.ts',
];

/** Proofs of whole plans, over many guests or faults. They take some twenty seconds for each mutant: not for other files. */
const PROOFS = [
  ...['paired-plans.test.ts', 'paused.test.ts'],
  ...['faults.test.ts', 'recovery.test.ts', 'rescue.test.ts'],
];

/**
 * The unit tests of a file: its own (`NAME.test.ts`, `NAME-SUBJECT.test.ts`), or else those of its room. For a file of `run`,
 * whose files work together, all of its room.
 */
function testsOf(file) {
  const room = roomOf(file);
  const name = file.replace(/^.*\/(.*)\.ts$/, '$1');
  const tests = [`test/${room}`, `test/unit/${room}`].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((each) => each.endsWith('.test.ts'))
          .filter((each) => !PROOFS.includes(each) || each === `${name}.test.ts`)
          .map((each) => `${folder}/${each}`)
      : [],
  );
  const own = tests.filter((each) =>
    [`/${name}.test.ts`, `/${name}-`].some((part) => each.includes(part)),
  );
  return own.length > 0 && room !== 'run' ? own : tests;
}

const roomOf = (file) => file.split('/')[1];
const resultsOf = (file) => join(CACHE, `${file.replaceAll('/', '+')}.json`);

const words = process.argv.slice(2).filter((word) => word !== '--report');
const chosen = FILES.filter(
  (file) => words.length === 0 || words.some((word) => [file, roomOf(file)].includes(word)),
);
if (chosen.length === 0) throw new Error(`no room or file is called ${words.join(' or ')}`);
mkdirSync(CACHE, { recursive: true });

if (!process.argv.includes('--report'))
  for (const file of chosen) {
    process.env.BLOCKPLAN_MUTATION_TESTS = testsOf(file).join(',');
    await new Stryker({
      mutate: [file],
      testRunner: 'vitest',
      plugins: ['@stryker-mutator/vitest-runner'],
      vitest: { configFile: '.ci/mutation.vitest.mjs' },
      concurrency: 1,
      // A busy machine that slows down a mutant must not count as detection: only a mutant that never ends does.
      timeoutMS: 60_000,
      // A constant is computed once, before the tests choose a mutant: each such mutant would need all tests.
      ignoreStatic: true,
      incremental: true,
      incrementalFile: resultsOf(file),
      reporters: [],
      // The compiler's API, which would rewrite the paths of this file, is not in TypeScript 7.
      tsconfigFile: 'none',
      tempDirName: join(CACHE, 'sandbox'),
      ignorePatterns: ['dist', 'coverage'],
      allowConsoleColors: false,
    }).runMutationTest();
    process.stdout.write(`${summary(file)}\n`);
  }
else
  for (const file of chosen.filter((each) => existsSync(resultsOf(each)))) {
    process.stdout.write(`${summary(file)}\n`);
    for (const { location, mutatorName, replacement, status } of mutantsOf(file))
      if (status === 'Survived' || status === 'NoCoverage')
        process.stdout.write(
          `  ${file}:${location.start.line}:${location.start.column} ${mutatorName} ${status}: ${replacement.replace(/\s+/g, ' ').slice(0, 100)}\n`,
        );
  }
for (const room of new Set(chosen.map(roomOf)))
  process.stdout.write(`${room}: ${scoreOf(chosen.filter((file) => roomOf(file) === room))}\n`);

function mutantsOf(file) {
  if (!existsSync(resultsOf(file))) return [];
  const { files } = JSON.parse(readFileSync(resultsOf(file), 'utf8'));
  return files[file]?.mutants ?? [];
}

function summary(file) {
  return `${file}: ${scoreOf([file])}`;
}

/** How many of the mutants that can be tried the tests detect. */
function scoreOf(files) {
  const statuses = files.flatMap(mutantsOf).map(({ status }) => status);
  const count = (...names) => statuses.filter((status) => names.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const all = noticed + count('Survived', 'NoCoverage');
  return all === 0 ? 'not tried' : `${((100 * noticed) / all).toFixed(1)} % (${noticed} of ${all})`;
}
