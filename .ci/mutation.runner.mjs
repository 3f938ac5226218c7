// Runs each test without a mutant, and then with each mutant that it reaches, in one process. To vitest, these attempts are
// retries of the test, so hooks such as `beforeEach` run for each attempt.
//
// Each result is one line of the journal, written at once. After a mutant that does not end, or that changes what later
// attempts see, the runner kills its own process, and mutation.mjs starts a new one for the rest.
import { appendFileSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { TestRunner } from 'vitest';

const job = JSON.parse(readFileSync(process.env.BLOCKPLAN_MUTATION_JOB, 'utf8'));
const [killed, done] = [new Set(job.killed), new Set(job.done)];
const write = (line) => appendFileSync(job.journal, `${JSON.stringify(line)}\n`);
const restart = () => process.kill(process.pid, 'SIGKILL');

/** What the instrumented text reads and counts. */
const switches = { mutantCoverage: { static: {}, perTest: {} } };
globalThis.__stryker__ = switches;
// Tests replace these.
const { setTimeout, clearTimeout } = globalThis;
const now = () => Number(process.hrtime.bigint()) / 1e6;

write({ worker: process.pid });

export default class extends TestRunner {
  #attempts;
  #mutant;
  #begin;
  #late;

  async onBeforeRunTask(test) {
    // A smaller counterexample tells nothing new.
    fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
    if (job.alone && !job.alone.tests[test.id]) {
      test.mode = 'skip';
      return;
    }
    test.retry = Number.MAX_SAFE_INTEGER;
    this.#attempts = job.alone ? alone(test) : all(test);
    this.#mutant = this.#attempts.next().value;
    await super.onBeforeRunTask(test);
  }

  onBeforeTryTask(test) {
    super.onBeforeTryTask(test);
    switches.mutantCoverage.perTest[test.id] = {};
    switches.currentTestId = this.#mutant ? 'with a mutant' : test.id;
    switches.activeMutant = this.#mutant?.id;
    switches.hitCount = 0;
    switches.hitLimit = this.#mutant?.hitLimit;
    this.#begin = now();
    this.#late = false;
  }

  async runTask(test) {
    let timer;
    const limit = new Promise((_, reject) => {
      const end = () => {
        this.#late = true;
        reject();
      };
      if (this.#mutant) timer = setTimeout(end, this.#mutant.limit);
    });
    try {
      await Promise.race([TestRunner.getTestFn(test)(), limit]);
    } catch (error) {
      // vitest would compare and print the error's values for each mutant.
      throw new Error(this.#mutant ? 'killed' : String(error?.stack ?? error));
    } finally {
      clearTimeout(timer);
    }
  }

  onAfterRetryTask(test) {
    const looped = switches.hitCount > switches.hitLimit;
    const next = this.#attempts.next({
      failed: test.result.state === 'fail',
      error: test.result.errors?.[0]?.message,
      status:
        test.result.state === 'pass' ? 'Survived' : this.#late || looped ? 'Timeout' : 'Killed',
      late: this.#late,
      ms: now() - this.#begin,
      reached: switches.mutantCoverage.perTest[test.id],
    });
    switches.activeMutant = switches.currentTestId = undefined;
    this.#mutant = next.value;
    // vitest retries a test that failed with an error.
    test.result.state = next.done ? 'pass' : 'fail';
    test.result.errors = next.done ? undefined : [{ message: 'next attempt' }];
  }

  onAfterRunFiles(files) {
    const reached = Object.keys(switches.mutantCoverage.static);
    for (const { filepath } of files) write({ file: filepath, static: reached });
    return super.onAfterRunFiles(files);
  }
}

/** Yields the mutant of each attempt, or nothing for an attempt without a mutant. */
function* all({ id: test, name, file }) {
  const first = yield;
  if (first.failed) return write({ broken: `${file.name}: ${name}: ${first.error}` });
  // A busy machine must not count as a kill.
  const limit = Math.max(10_000, 20 * first.ms);
  write({ test, path: file.filepath, limit, reached: first.reached });
  const open = Object.keys(first.reached).filter(
    (id) => !killed.has(id) && !done.has(`${test} ${id}`),
  );
  if (open.length === 0) return;

  // A test that caches results, or that cannot run twice, may not reach the mutant a second time.
  const second = yield;
  const isSame = (id) => !second.failed && second.reached[id] === first.reached[id];
  const doubtful = open.filter((id) => !isSame(id));
  if (doubtful.length > 0) write({ test, doubtful });
  if (second.failed) restart();

  const mutants = open.filter(isSame);
  while (mutants.length > 0) {
    const results = [];
    for (const begin of mutants.splice(0, 25)) {
      write({ test, begin, limit });
      const { status, late } = yield { id: begin, limit, hitLimit: 100 * first.reached[begin] };
      results.push({ test, end: begin, status });
      // The mutant still runs.
      if (late) write(results.at(-1));
      if (late) restart();
    }
    // The results count once the test has passed again without a mutant.
    write({ test, doubtful: results.map(({ end }) => end) });
    if ((yield).failed) restart();
    results.forEach(write);
    for (const { end, status } of results) if (status !== 'Survived') killed.add(end);
  }
}

/** Tries one mutant in a process of its own. */
function* alone({ id: test }) {
  const { id, tests } = job.alone;
  const { limit, hits } = tests[test];
  write({ test, begin: id, limit });
  const { status } = yield { id, limit, hitLimit: 100 * hits };
  write({ test, end: id, status });
  if (status !== 'Survived') restart();
}
