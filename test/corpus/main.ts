/**
 * `npm run test:corpus`: reads the domain XML of libvirt's own tests. It checks that nothing throws, that an edit changes one
 * source only, that blockplan works on each disk or gives a reason, and that every item of libvirt's schema is on a list.
 * Arguments: Debian releases whose libvirt is tested; `bookworm` by default.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlockplanError } from '../../src/errors.ts';
import { propertyAt } from '../../src/model/disk-elements.ts';
import { judge } from './judge.ts';
import { schemaPlaces } from './schema.ts';
import { libvirtSource } from './source.ts';

/** Until libvirt 10 its tests kept input and expected output in separate folders. */
const FOLDERS = ['qemuxml2argvdata', 'qemuxml2xmloutdata', 'qemuxmlconfdata'];

const suites = process.argv.slice(2);
let failed = false;
for (const suite of suites.length > 0 ? suites : ['bookworm']) {
  const source = libvirtSource(suite);
  console.log(`libvirt of ${suite}`);
  report('on no list', undecided(source));
  report('wrong', corpus(source));
}
process.exitCode = failed ? 1 : 0;

function report(what: string, problems: readonly string[]): void {
  for (const problem of problems) console.error(`${what}: ${problem}`);
  failed ||= problems.length > 0;
}

/** Items that libvirt's schema allows in a disk and that no row of the table classifies. */
function undecided(source: string): string[] {
  const places = [...schemaPlaces(join(source, 'src/conf/schemas'))];
  console.log(`  ${places.length} elements and attributes of a disk in its schema`);
  return places.flatMap(([at, values]) => {
    if (at === 'disk' || isInside(at)) return [];
    const property = propertyAt(at);
    if (property === undefined) return [at];
    const { values: taken, refusedValues = {} } = property;
    if (taken === undefined) return [];
    const decided = [...taken, ...Object.keys(refusedValues)];
    return values.filter((value) => !decided.includes(value)).map((value) => `${at}='${value}'`);
  });
}

/** Whether it is inside an element that is classified as a whole. */
function isInside(at: string): boolean {
  const [path = '', attribute] = at.split('@');
  const names = path.split('/');
  const outer = names.map((_, depth) => names.slice(0, depth + 1).join('/'));
  return outer
    .filter((each) => attribute !== undefined || each !== path)
    .some((each) => {
      const property = propertyAt(each);
      return property?.whole === true || property?.treatment === 'refused';
    });
}

/** Reads every file, prints the table of reasons, and returns all errors found. */
function corpus(source: string): string[] {
  const folders = FOLDERS.map((name) => join(source, 'tests', name)).filter(existsSync);
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.xml'))
      .map((name) => join(folder, name)),
  );
  const wrong: string[] = [];
  const reasons = new Map<string, number>();
  let [disks, worked, dangling, refused] = [0, 0, 0, 0];
  for (const file of files) {
    if (!existsSync(file)) {
      dangling++;
      continue;
    }
    try {
      for (const each of judge(readFileSync(file, 'utf8'))) {
        disks++;
        if (each.reasons.length === 0) worked++;
        for (const reason of each.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        wrong.push(...each.wrong.map((what) => `${file}: ${what}`));
      }
    } catch (error) {
      if (error instanceof BlockplanError) {
        refused += 1;
        continue;
      }
      wrong.push(`${file}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  if (files.length === 0) wrong.push('the corpus is empty');
  console.log(
    `  ${files.length} files (${dangling} dangling links, ${refused} refused as a whole), ${disks} disks`,
  );
  const rows = [['blockplan works on it', worked] as const, ...reasons].sort(
    ([, a], [, b]) => b - a,
  );
  for (const [reason, count] of rows) console.log(`  ${`${count}`.padStart(6)}  ${reason}`);
  return wrong;
}
