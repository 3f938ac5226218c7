/**
 * Proves every shipped plan over every guest of the table, with pairs of faults, and prints counts. Words select the cases
 * whose names contain them: `npm run prove:all -- classic paused`. `--single` skips the pairs, and `--every=5` takes every
 * fifth case.
 */
import { allCases, nameOf, outcomeOf, refusals } from './cases.ts';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const faults = process.argv.includes('--single') ? 1 : 2;
const every = Number(/--every=(\d+)/.exec(process.argv.join(' '))?.[1] ?? 1);
const cases = allCases()
  .filter((each) => words.every((word) => nameOf(each).includes(word)))
  .filter((_each, at) => at % every === 0);
if (cases.length === 0) throw new Error(`no case has a name with ${words.join(' and ')}`);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
const refused = new Map<string, number>();
let proven = 0;
let runs = 0;
const wrong: string[] = [];
for (const [at, each] of cases.entries()) {
  const expected = refusals(each).join(' ');
  const outcome = outcomeOf(each, faults);
  const found = outcome.refused.join(' ');
  const problems = [
    ...(found === expected
      ? []
      : [`preflight reports ${found || 'nothing'}, expected ${expected || 'nothing'}`]),
    ...outcome.violations,
  ];
  wrong.push(...problems.map((problem) => `${nameOf(each)}: ${problem}`));
  if (found === '') proven++;
  else refused.set(found, (refused.get(found) ?? 0) + 1);
  runs += outcome.cases;
  if ((at + 1) % 500 === 0) print(`${at + 1} of ${cases.length}, ${seconds()} s`);
}
for (const problem of wrong) print(problem);
for (const [codes, count] of [...refused].sort()) print(`${count} refused with ${codes}`);
print(
  `${proven} proven, over ${runs} runs with ${faults === 1 ? 'one fault' : 'two faults'} at most`,
);
print(`${cases.length} cases, ${wrong.length} wrong, in ${seconds()} s`);
process.exitCode = wrong.length > 0 ? 1 : 0;
