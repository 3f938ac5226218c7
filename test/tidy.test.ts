/** The rules for the source: which room may import which, what belongs where, and how long files and functions may be. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { steps } from '../src/steps/registry.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The rooms that each room may import, besides itself and the files at the top. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  host: ['model'],
  commands: ['host', 'model'],
  steps: ['commands', 'store', 'model'],
  plan: ['steps', 'model'],
  facts: ['plan', 'model'],
  programs: ['model'],
  notify: ['plan', 'programs'],
  graph: ['plan', 'steps', 'model'],
  machine: ['graph'],
  simulate: ['store', 'machine', 'graph', 'plan', 'steps', 'commands', 'store', 'host', 'model'],
  'host-io': ['model'],
  libvirt: ['commands', 'host-io', 'store', 'model'],
  store: ['model'],
  journal: ['commands', 'graph', 'model'],
  run: [
    ...['graph', 'journal', 'machine', 'plan', 'programs', 'simulate', 'steps'],
    ...['commands', 'host', 'model'],
  ],
  prove: ['graph', 'journal', 'machine', 'run', 'simulate', 'steps', 'commands', 'host', 'model'],
  doctor: ['simulate', 'graph', 'plan', 'steps', 'model'],
  rehearse: [
    ...['lab', 'libvirt', 'run', 'journal', 'simulate', 'graph', 'plan', 'steps'],
    ...['commands', 'host-io', 'model'],
  ],
  render: [
    ...['doctor', 'facts', 'graph', 'prove', 'run', 'simulate', 'store', 'rehearse', 'model'],
  ],
  lab: ['libvirt', 'model'],
  demo: [
    ...['lab', 'run', 'journal', 'render', 'simulate', 'facts', 'graph', 'plan', 'steps'],
    ...['commands', 'host', 'model'],
  ],
  reference: [],
  generate: [
    ...['cli', 'reference', 'facts', 'notify', 'plan', 'graph', 'simulate', 'steps', 'store'],
    'model',
  ],
  cli: [
    ...['commands', 'doctor', 'facts', 'graph', 'host-io', 'journal', 'libvirt', 'model', 'notify'],
    ...['plan', 'prove', 'reference', 'rehearse', 'render', 'run', 'simulate', 'steps', 'store'],
  ],
};

/** Rooms that may import only types of another room. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  render: ['doctor', 'facts', 'graph', 'prove', 'run', 'simulate', 'store', 'rehearse', 'model'],
  journal: ['graph'],
  libvirt: ['host-io'],
};

/** The files at the top of src, which every room may import. They import only each other and types. */
const TOP = [
  ...['claims.ts', 'codes.ts', 'command.ts', 'errors.ts', 'events.ts', 'hook.ts', 'nearest.ts'],
  ...[
    'outcomes.ts',
    'printable.ts',
    'processes.ts',
    'shell-quote.ts',
    'size-text.ts',
    'this-host.ts',
    'time-text.ts',
  ],
];

/** The places that may import a package; no other package may be imported. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  xstate: ['src/machine/'],
  execa: ['src/host-io/', 'src/lab/'],
  listr2: ['src/render/terminal.ts'],
  commander: ['src/cli/'],
  ajv: ['src/generate/'],
  esbuild: ['src/generate/'],
  yaml: ['src/plan/', 'src/generate/'],
  diff: ['src/model/line-diff.ts'],
  'fast-string-width': ['src/render/width.ts'],
  'pretty-bytes': ['src/size-text.ts'],
  '@rgrove/parse-xml': ['src/model/', 'src/libvirt/'],
};

const MOST_LINES = 300;
const MOST_FUNCTION_LINES = 70;

/** Files that may be longer, and why. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'test/steps/step-tester.ts': 'the laws of a step share the walk on which they are checked',
  'test/fuzz/main.ts': 'the kinds of input share their changes and their judge',
  'test/tidy.test.ts': 'the rules are read together',
  'test/cli/workflow.test.ts': 'one repository is changed in every way that a pull request can',
  'test/lab/doctor.test.ts':
    'one guest is broken and repaired again and again, so that one is enough',
  'test/lab/faults.test.ts': 'a table of phases and faults',
  'test/lab/rescue.test.ts': 'each way to lose a definition, on guests that are expensive to make',
  'test/lab/support.ts': 'the checks that lab tests share',
  'test/lab/virsh.test.ts': 'all tests of one real session',
};

/** Texts that look like a command but are not meant to be typed. */
const NO_COMMANDS = [
  'the event log cannot be written: ${',
  '`virsh ${',
  'virsh ${verb}',
  '--description=blockplan run ${run}',
  'was started by blockplan ${',
];

/** Words that names must not contain: metaphors, or words with another meaning in libvirt, QEMU or state machines. */
const RETIRED_WORDS = [
  ...[
    'aside',
    'begun',
    'course',
    'deed',
    'glance',
    'imagine',
    'imagined',
    'leg',
    'mishap',
    'mishaps',
  ],
  ...[
    'moment',
    'moments',
    'salvage',
    'settled',
    'site',
    'stand',
    'standing',
    'tell',
    'told',
    'travel',
  ],
  ...['untold', 'way', 'ways', 'whereabouts', 'world', 'worlds', 'wreck', 'wrecks'],
];

/** Functions that may be longer, and why. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
  /** Whether it is imported only when that code runs. */
  readonly isLazy: boolean;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(ROOT.length))
    .sort();
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

const isGenerated = (file: string) => file.includes('.generated.');
const sources = filesBelow('src').filter((file) => file.endsWith('.ts') && !isGenerated(file));
const tests = filesBelow('test').filter((file) => file.endsWith('.ts'));
const texts = new Map([...sources, ...tests].map((file) => [file, read(file)]));

const EXPORT = /^export (?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;
const exportedNames = sources.flatMap((file) =>
  [...(texts.get(file) ?? '').matchAll(EXPORT)].map((found) => ({ name: found[1] ?? '', file })),
);

const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\b(?:await\s+)?import\('([^']+)'\)/gm;

/** The imports of a file; those inside the package resolved to its path. */
function importsOf(file: string): Import[] {
  return [...(texts.get(file) ?? '').matchAll(IMPORT)].map((found) => {
    const word = found[2] ?? found[3] ?? '';
    const to = word.startsWith('.') ? normalize(join(dirname(file), word)) : word;
    return { from: file, to, typesOnly: found[1] !== undefined, isLazy: found[3] !== undefined };
  });
}

/** `steps` for `src/steps/define.ts`, `top` for `src/errors.ts`. */
function roomOf(file: string): string {
  const [, room = '', rest] = file.split('/');
  return rest === undefined ? 'top' : room;
}

const imports = sources.flatMap(importsOf);
const inside = imports.filter(({ to }) => to.startsWith('src/'));

describe('imports', () => {
  test('every room has a rule, and every rule a room', () => {
    const rooms = new Set(sources.map(roomOf));
    rooms.delete('top');
    expect([...rooms].sort()).toEqual(Object.keys(ROOMS).sort());
  });

  test('no room imports a room that it may not', () => {
    const wrong = inside.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      if (room === other || from === 'src/index.ts') return false;
      if (other === 'top') return !TOP.includes(basename(to));
      return room === 'top' ? other !== 'model' : !ROOMS[room]?.includes(other);
    });
    expect(wrong).toEqual([]);
  });

  test('some rooms are imported for their types only', () => {
    const wrong = inside.filter(
      ({ from, to, typesOnly }) => !typesOnly && TYPES_ONLY[roomOf(from)]?.includes(roomOf(to)),
    );
    expect(wrong).toEqual([]);
    const top = inside.filter(
      ({ from, to, typesOnly }) =>
        TOP.some((file) => from === `src/${file}`) && !TOP.includes(basename(to)) && !typesOnly,
    );
    expect(top).toEqual([]);
  });

  test('a step kind imports no other kind', () => {
    const kinds = steps.map(({ kind }) => `src/steps/${kind}.ts`);
    const wrong = inside.filter(({ from, to }) => kinds.includes(from) && kinds.includes(to));
    expect(wrong).toEqual([]);
  });

  test('the library imports no command line, no lab and no host', () => {
    const reached = closure(['src/index.ts']);
    expect(
      [...reached].filter((file) =>
        /^src\/(cli|lab|demo|rehearse|render|libvirt|host-io)\//.test(file),
      ),
    ).toEqual([]);
  });

  test('a start loads no plan, no step and no libvirt before its command is known', () => {
    const eager = inside.filter(({ typesOnly, isLazy }) => !typesOnly && !isLazy);
    const loaded = [...closure(['src/cli/main.ts'], eager)];
    expect(loaded).toContain('src/cli/run-commands.ts');
    const templates = 'src/plan/templates.ts';
    expect(
      loaded.filter((file) => !['cli', 'top'].includes(roomOf(file)) && file !== templates),
    ).toEqual([]);
  });

  test('there are no cycles', () => {
    const cycles: string[] = [];
    for (const file of sources) {
      const next = inside.filter(({ from }) => from === file).map(({ to }) => to);
      if (closure(next).has(file)) cycles.push(file);
    }
    expect(cycles).toEqual([]);
  });

  test('every package is imported only in its place', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (to.startsWith('src/') || to.startsWith('node:') || to === 'package.json') return false;
      const name = /^(@[^/]+\/)?[^/]+/.exec(to)?.[0] ?? '';
      return !PACKAGES[name]?.some((place) => from.startsWith(place));
    });
    expect(wrong).toEqual([]);
  });

  test('libvirt reaches files and processes through HostIO only', () => {
    const machine =
      /^node:(?:fs|fs\/promises|child_process|os|net|process)$|^src\/(?:claims|processes)\.ts$/;
    const wrong = imports.filter(({ from, to }) => roomOf(from) === 'libvirt' && machine.test(to));
    expect(wrong).toEqual([]);
    const globals = sources.filter(
      (file) =>
        roomOf(file) === 'libvirt' &&
        /(?<![\w.-])process\.(?:env|pid|kill|cwd|get\w+|on|std\w+)\b/.test(texts.get(file) ?? ''),
    );
    expect(globals).toEqual([]);
  });

  test('programs on the own machine are started in few places', () => {
    const places =
      /^src\/(?:lab|demo)\/|^src\/(?:cli\/detach(?:ed-unit)?|host-io\/programs|programs\/program)\.ts$/;
    const wrong = imports.filter(
      ({ from, to }) => to === 'node:child_process' && !places.test(from),
    );
    expect(wrong).toEqual([]);
  });

  test('only cli and rehearse choose the host', () => {
    const chosen = inside.filter(({ to }) => to === 'src/host-io/local-host.ts');
    const wrong = chosen.filter(({ from }) => !['cli', 'rehearse'].includes(roomOf(from)));
    expect(wrong).toEqual([]);
    const parts = inside.filter(
      ({ from, to }) =>
        roomOf(from) !== 'host-io' &&
        roomOf(to) === 'host-io' &&
        !/^src\/host-io\/(?:host-io|local-host)\.ts$/.test(to),
    );
    expect(parts).toEqual([]);
  });

  test('the records of a journal are folded in one place', () => {
    const readers = ['src/journal/run-log.ts', 'src/journal/journal-ends.ts'];
    const wrong = inside.filter(
      ({ from, to }) =>
        (to === 'src/journal/read.ts' && !readers.includes(from)) ||
        (to === 'src/journal/record-shape.ts' && roomOf(from) !== 'journal'),
    );
    expect(wrong).toEqual([]);
  });

  test('nothing in src imports a test', () => {
    expect(imports.filter(({ to }) => to.startsWith('test/'))).toEqual([]);
  });
});

/** All files of src that these import, directly or not. */
function closure(starts: readonly string[], among: readonly Import[] = inside): Set<string> {
  const reached = new Set<string>();
  const open = [...starts];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const { from, to } of among) if (from === file) open.push(to);
  }
  return reached;
}

describe('files and names', () => {
  test('the only index.ts is at the top', () => {
    expect(sources.filter((file) => basename(file) === 'index.ts')).toEqual(['src/index.ts']);
  });

  test('no file has a catch-all name', () => {
    const all = [...sources, ...tests];
    expect(
      all.filter((file) => /(^|[/-])(utils?|helpers?|common|misc|shared)\.\w+$/.test(file)),
    ).toEqual([]);
  });

  test('no name is exported by two modules', () => {
    const modules = new Map<string, string[]>();
    for (const { name, file } of exportedNames)
      modules.set(name, [...(modules.get(name) ?? []), file]);
    expect([...modules].filter(([, files]) => new Set(files).size > 1)).toEqual([]);
  });

  test('names are terms of the field', () => {
    const named = [
      ...exportedNames.map(({ name, file }) => ({ name, file })),
      ...sources.map((file) => ({ name: basename(file, '.ts'), file })),
    ];
    const wrong = named.filter(({ name }) =>
      name.split(/(?=[A-Z])|[_-]/).some((word) => RETIRED_WORDS.includes(word.toLowerCase())),
    );
    expect(wrong).toEqual([]);
  });

  test('a file over 300 lines has a reason', () => {
    const long = [...texts]
      .filter(([, text]) => text.split('\n').length - 1 > MOST_LINES)
      .map(([file]) => file);
    expect(long.filter((file) => !(file in LONG_FILES))).toEqual([]);
    expect(
      Object.keys(LONG_FILES).filter((file) => texts.has(file) && !long.includes(file)),
    ).toEqual([]);
  });

  test('a function over 70 lines has a reason', () => {
    const long = sources.flatMap((file) =>
      functionsOf(texts.get(file) ?? '')
        .filter(({ lines }) => lines > MOST_FUNCTION_LINES)
        .map(({ name, lines }) => ({ place: `${file} ${name}`, lines })),
    );
    expect(long.filter(({ place }) => !(place in LONG_FUNCTIONS))).toEqual([]);
  });
});

/** Functions, found by Biome's layout: one ends at the first `}` with the indentation of its first line. */
function functionsOf(text: string): { name: string; lines: number }[] {
  const lines = text.split('\n');
  const begins =
    /^(\s*)(?:export )?(?:default )?(?:static |override )?(?:async )?(?:function\*? (\w+)|(?:const (\w+) = )(?:async )?\(.*=>|([#\w]+)(?:<.*>)?\((?!.*\)\)?;$))/;
  return lines.flatMap((line, at) => {
    const found = begins.exec(line);
    const name = found?.[2] ?? found?.[3] ?? found?.[4];
    if (
      !found ||
      name === undefined ||
      /^(if|for|while|switch|catch|return|import|export)$/.test(name)
    )
      return [];
    const after = (from: number, sign: string) =>
      lines.findIndex((each, index) => index > from && each.startsWith(`${found[1] ?? ''}${sign}`));
    // A head that ends with `{` is a function; otherwise it is a call.
    const head = line.endsWith('(') ? after(at, ')') : at;
    if (!lines[head]?.endsWith('{')) return [];
    const end = after(head, '}');
    return end < 0 ? [] : [{ name, lines: end - at + 1 }];
  });
}

describe('the code', () => {
  /** The lines of files that match the pattern. */
  function found(files: readonly string[], pattern: RegExp): string[] {
    return files.flatMap((file) =>
      (texts.get(file) ?? '')
        .split('\n')
        .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
    );
  }

  test('ends the process only in the command line, the demo and the keeper of the lab', () => {
    const others = sources.filter(
      (file) => !/^src\/(cli\/|demo\/main\.ts|lab\/keeper\.ts)/.test(file),
    );
    expect(found(others, /process\.(exit|exitCode|abort)\b/)).toEqual([]);
  });

  test('names the libvirt of each virsh command', () => {
    const others = sources.filter((file) => file !== 'src/command.ts');
    expect(found(others, /commandLine\((?:$|\s*'virsh')/)).toEqual([]);
  });

  test('prints only through the renderers', () => {
    expect(found(sources, /\bconsole\.\w+\(/)).toEqual([]);
  });

  test('has fakes only in test', () => {
    expect(found(sources, /\b(mock|fake|stub|dummy)\w*/i)).toEqual([]);
  });

  test('has no open tasks, and no focused or skipped tests', () => {
    const later = new RegExp(`\\b(${['TO', 'DO'].join('')}|FIX${'ME'}|XX${'X'}|HA${'CK'})\\b`);
    expect(found([...sources, ...tests], later)).toEqual([]);
    expect(found(tests, /\b(?:test|it|describe)\.(?:only|skip|todo)\b/)).toEqual([]);
  });

  test('never skips a lab test on CI', () => {
    const conditional = found(
      tests.filter((file) => file.startsWith('test/lab/')),
      /\.(skipIf|runIf)\(/,
    );
    expect(conditional.filter((line) => !line.includes('CI'))).toEqual([]);
  });

  test('quotes commands to type instead of composing them as text', () => {
    const program = 'virsh|qemu-img|qemu-io|mkdir|chmod|chown|rm|mv|ssh|blockplan|systemctl|umount';
    const unquoted = new RegExp(`\\b(?:${program})(?: [\\w./:=-]+)* (?:-\\S+ )*"?\\$\\{`);
    const wrong = sources
      .filter((file) => !/^src\/(lab|demo|generate|reference)\//.test(file))
      .flatMap((file) =>
        readFileSync(join(ROOT, file), 'utf8')
          .split('\n')
          .filter((line) => unquoted.test(line) && !NO_COMMANDS.some((part) => line.includes(part)))
          .map((line) => `${file}: ${line.trim()}`),
      );
    expect(wrong).toEqual([]);
  });

  test('does not silence the type checker', () => {
    expect(found([...sources, ...tests], /@ts-(ignore|nocheck|expect-error)/)).toEqual([]);
  });
});

describe('every kind of step', () => {
  test.each(steps.map(({ kind }) => kind))('%s has its file, its test and its page', (kind) => {
    for (const file of [
      `src/steps/${kind}.ts`,
      `src/steps/${kind}.md`,
      `test/steps/${kind}.test.ts`,
    ])
      expect(existsSync(join(ROOT, file)), file).toBe(true);
  });
});

describe('what is in the repository', () => {
  const tracked = existsSync(join(ROOT, '.git'))
    ? execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
        .split('\0')
        .filter((file) => file !== '' && existsSync(join(ROOT, file)))
    : [...texts.keys()];

  test('names no path of the machine that it was developed on', () => {
    const place = new RegExp(`/${'work'}/(main|shared)\\b|/home/\\w+/`);
    expect(tracked.filter((file) => place.test(read(file)))).toEqual([]);
  });

  test('names no package registry', () => {
    const registry = /https?:\/\/[^\s"']*(registry|npm-proxy|artifactory|nexus)[./]/i;
    expect(tracked.filter((file) => registry.test(read(file)))).toEqual([]);
  });

  test('has no file with conflict markers', () => {
    const mark = /^(<{7}|>{7}) /m;
    expect(tracked.filter((file) => mark.test(read(file)))).toEqual([]);
  });

  test('has every file that the package names', () => {
    const manifest = JSON.parse(read('package.json')) as {
      files: string[];
      bin: Record<string, string>;
      exports: Record<string, string | Record<string, string>>;
    };
    // dist and man are created by the build; the test of the package checks them.
    const isThere = (path: string) =>
      /^(\.\/)?(dist|man)(\/|$)/.test(path) || existsSync(join(ROOT, path));
    const named = [
      ...manifest.files,
      ...Object.values(manifest.bin),
      ...Object.values(manifest.exports).flatMap((each) =>
        typeof each === 'string' ? [each] : Object.values(each),
      ),
    ];
    expect(named.filter((path) => !path.startsWith('!') && !isThere(path))).toEqual([]);
  });
});
