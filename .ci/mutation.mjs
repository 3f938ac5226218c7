// Changes the source one mutant at a time and runs the unit tests of the file: a mutant that no test detects survives.
// StrykerJS makes the mutants; mutation.runner.mjs tries them. The results of each file are kept in .cache/mutation, and
// a file is tried again only after it or its tests have changed.
//
//     npm run test:mutation                               all files
//     npm run test:mutation -- steps                      a room
//     npm run test:mutation -- src/steps/blockcopy.ts     a file
//     npm run test:mutation -- --report                   the scores so far, and the survivors
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';

const CACHE = '.cache/mutation';
const FILES = ['src/commands', 'src/steps', 'src/run', 'src/libvirt/remove-unused.ts']
  .flatMap((path) => filesIn(path, '.ts'))
  .filter((file) => !file.endsWith('/registry.ts'));

/** Proofs of whole plans, over many guests or faults, and tests that wait for programs: too slow for other files than their own. */
const PROOF =
  /\/(faults|hook-program|hooks-failing|paired-plans|paused|recovery-ends|rescue)\.test\.ts$/;

function filesIn(path, suffix) {
  if (!fs.existsSync(path)) return [];
  const names = fs.statSync(path).isDirectory() ? fs.readdirSync(path, { recursive: true }) : [''];
  const paths = names.map((name) => join(path, name));
  return paths.filter((each) => each.endsWith(suffix)).sort();
}

/** The share of mutants that the tests should detect. */
const GOAL = 0.85;

/** Commands act on simulated hosts, and so the tests of those who use them do most of the work. */
const USERS = { commands: ['test/unit/simulate', 'test/steps'] };

/**
 * The unit tests of a file, in two parts: its own (`NAME.test.ts`, `NAME-SUBJECT.test.ts`, in the same folder of its room), or
 * else those of its room; and those that may detect more of its mutants. For a file of `run`, whose files work together, all of
 * its room are its own. What takes long is last.
 */
function testsOf(file) {
  const [, room, part] = /^src\/(.*?)(\/.*)\.ts$/.exec(file);
  const folders = [`test/${room}`, `test/unit/${room}`];
  const starts = folders.flatMap((folder) => [`${folder}${part}.test`, `${folder}${part}-`]);
  const all = folders.flatMap((folder) => filesIn(folder, '.test.ts'));
  const own = all.filter((test) => starts.some((start) => test.startsWith(start)));
  const quick = own.filter((test) => !PROOF.test(test));
  const others = all.filter((test) => !own.includes(test) && !PROOF.test(test));
  const slow = own.filter((test) => PROOF.test(test));
  const users = (USERS[room] ?? [])
    .flatMap((folder) => filesIn(folder, '.test.ts'))
    .filter((test) => !PROOF.test(test));
  return own.length > 0 && room !== 'run'
    ? [
        [...quick, ...slow],
        [...others, ...users],
      ]
    : [[...quick, ...others, ...slow], users];
}

const roomOf = (file) => file.split('/')[1];
const resultsOf = (file) => join(CACHE, `${file.replaceAll('/', '+')}.json`);
const keptOf = (file) =>
  fs.existsSync(resultsOf(file)) ? JSON.parse(fs.readFileSync(resultsOf(file), 'utf8')) : {};
const print = (...parts) => process.stdout.write(`${parts.join('')}\n`);

/** Changes with the text of the file and of its tests. */
function hashOf(file) {
  const hash = createHash('sha256');
  for (const each of [file, ...testsOf(file).flat()])
    hash.update(`${each}\n${fs.readFileSync(each)}\n`);
  return hash.digest('hex');
}

/** The text with all mutants, of which the runner activates one at a time; and what they are. */
async function instrument(file) {
  const content = fs.readFileSync(file, 'utf8');
  const silent = () => false;
  const log = { debug: silent, info: silent, warn: silent, isDebugEnabled: silent };
  const { files, mutants } = await new Instrumenter(log).instrument(
    [{ name: file, mutate: true, content }],
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  const lines = content.split(/(?<=\n)/);
  const offset = ({ line, column }) => lines.slice(0, line).join('').length + column;
  const described = mutants.map(({ id, location: { start, end }, mutatorName, replacement }) => {
    const original = content.slice(offset(start), offset(end));
    const place = { line: start.line + 1, column: start.column + 1 };
    return { id, ...place, mutatorName, original, replacement };
  });
  return { code: files[0].content, mutants: described };
}

/** Tries all mutants of a file, in as many processes as needed. */
async function measure(file, folder) {
  const hash = hashOf(file);
  const { code, mutants } = await instrument(file);
  const journal = join(folder, 'journal');
  fs.writeFileSync(journal, '');
  const isKill = ({ end, status }) => end && status !== 'Survived';

  async function run(tests, alone) {
    const known = linesOf(journal);
    const killed = known.filter(isKill).map(({ end }) => end);
    const done = known.flatMap(({ test, end, doubtful = end ? [end] : [] }) =>
      doubtful.map((id) => `${test} ${id}`),
    );
    fs.writeFileSync(
      join(folder, 'job'),
      JSON.stringify({ file, code, journal, killed, done, alone }),
    );
    const { output, hung } = await runTests(folder, tests, journal);
    const added = linesOf(journal).slice(known.length);
    const broken = added.find((line) => line.broken)?.broken;
    if (broken) throw new Error(`a test fails without a mutant: ${broken}`);
    if (added.every((line) => line.worker)) throw new Error(`the tests do not run:\n${output}`);
    const { test, begin } = added.at(-1);
    const status = hung ? 'Timeout' : 'Killed';
    // The process ended in the middle of a mutant.
    if (begin) fs.appendFileSync(journal, `${JSON.stringify({ test, end: begin, status })}\n`);
  }

  const killed = () =>
    new Set(
      linesOf(journal)
        .filter(isKill)
        .map(({ end }) => end),
    ).size;
  const [own, others] = testsOf(file);
  for (const part of [own, others]) {
    // The tests of others take long, and a file that its own tests cover well does not need them.
    if (part === others && killed() >= GOAL * mutants.length) break;
    for (;;) {
      const finished = linesOf(journal).flatMap((line) => line.file ?? []);
      const left = part.filter((test) => !finished.some((path) => path.endsWith(`/${test}`)));
      if (left.length === 0) break;
      await run(left);
    }
  }

  // A mutant that no other test has killed is tried alone in the tests whose results did not count.
  const tests = Object.values(
    Object.fromEntries(
      linesOf(journal).flatMap((line) => (line.reached ? [[line.test, line]] : [])),
    ),
  );
  for (const { id } of mutants) {
    const lines = linesOf(journal);
    const isOpen = ({ test }) =>
      lines.some((line) => line.test === test && line.doubtful?.includes(id)) &&
      !lines.some((line) => line.test === test && line.end === id);
    const open = tests.filter(isOpen);
    if (open.length === 0 || lines.some((line) => isKill(line) && line.end === id)) continue;
    const limits = open.map(({ test, limit, reached }) => [test, { limit, hits: reached[id] }]);
    await run([...new Set(open.map(({ path }) => path))], {
      id,
      tests: Object.fromEntries(limits),
    });
  }

  const lines = linesOf(journal);
  const statusOf = ({ id }) => {
    const kill = lines.find((line) => isKill(line) && line.end === id);
    if (kill) return kill.status;
    if (tests.some(({ reached }) => reached[id])) return 'Survived';
    return lines.some((line) => line.static?.includes(id)) ? 'Ignored' : 'NoCoverage';
  };
  const results = mutants.map((mutant) => ({ ...mutant, status: statusOf(mutant) }));
  fs.writeFileSync(resultsOf(file), JSON.stringify({ hash, mutants: results }, undefined, 1));
}

/** The last line may be incomplete while the tests run. */
function linesOf(journal) {
  const lines = fs.readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

/** Runs the tests until their process ends, and ends it if a mutant hangs. */
function runTests(folder, tests, journal) {
  const env = {
    ...{ ...process.env, TMPDIR: folder, BLOCKPLAN_MUTATION_JOB: join(folder, 'job') },
    BLOCKPLAN_MUTATION_TESTS: tests.join(','),
  };
  const words = ['run', '--config', '.ci/mutation.vitest.mjs'];
  const child = spawn('node_modules/.bin/vitest', words, { env });
  let [output, hung] = ['', false];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data;
    });
  const watch = setInterval(() => {
    const lines = linesOf(journal);
    const { begin, limit } = lines.at(-1) ?? {};
    if (!begin || Date.now() < fs.statSync(journal).mtimeMs + 2 * limit + 5000) return;
    hung = true;
    process.kill(lines.findLast((line) => line.worker).worker, 'SIGKILL');
  }, 2000);
  return new Promise((resolve) => {
    child.on('close', () => {
      clearInterval(watch);
      resolve({ output, hung });
    });
  });
}

/** How many of the mutants that can be tried the tests detect. */
function scoreOf(files) {
  const statuses = files.flatMap((file) => keptOf(file).mutants ?? []).map(({ status }) => status);
  const count = (...names) => statuses.filter((status) => names.includes(status)).length;
  const detected = count('Killed', 'Timeout');
  const all = detected + count('Survived', 'NoCoverage');
  if (all === 0) return 'not tried';
  const score = ((100 * detected) / all).toFixed(1);
  return `${score} % (${detected} of ${all}; ${count('Timeout')} by timeout; ${count('Ignored')} ignored)`;
}

const oneLine = (text) => text.replace(/\s+/g, ' ').slice(0, 100);
const words = process.argv.slice(2).filter((word) => word !== '--report');
const chosen = FILES.filter(
  (file) => words.length === 0 || words.some((word) => [file, roomOf(file)].includes(word)),
);
if (chosen.length === 0) throw new Error(`no room or file is called ${words.join(' or ')}`);
fs.mkdirSync(CACHE, { recursive: true });

const report = process.argv.includes('--report');
const folder = fs.mkdtempSync(join(tmpdir(), 'blockplan-mutation-'));
for (const file of chosen) {
  if (!report && keptOf(file).hash !== hashOf(file))
    await measure(file, folder).catch((error) => {
      print(`${file}: ${error.message}`);
      process.exitCode = 1;
    });
  const { mutants } = keptOf(file);
  if (mutants) print(`${file}: ${scoreOf([file])}`);
  if (!report || !mutants) continue;
  for (const { line, column, original, replacement, status } of mutants)
    if (status === 'Survived' || status === 'NoCoverage')
      print(
        `  ${file}:${line}:${column}  ${oneLine(original)} -> ${oneLine(replacement)}`,
        status === 'Survived' ? '' : '  (no test reaches it)',
      );
}
fs.rmSync(folder, { recursive: true });
for (const room of new Set(chosen.map(roomOf)))
  print(`${room}: ${scoreOf(chosen.filter((file) => roomOf(file) === room))}`);
