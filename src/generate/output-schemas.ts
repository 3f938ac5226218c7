/** The JSON Schemas of what commands print with `--format json`. */
import { ENDS } from '../outcomes.ts';
import { BACKUPS_OUTPUT } from './backups-schema.ts';
import { BROWSE_OUTPUT } from './browse-schema.ts';
import {
  CODE_SCHEMA,
  type CommandOutput,
  countSchema,
  FINDING_SCHEMA,
  formatSchema,
  listSchema,
  objectSchema,
  partSchema,
  REFUSAL_SCHEMA,
  RUN_SCHEMA,
  textListSchema,
  textSchema,
  WAYS_SCHEMA,
  wordSchema,
} from './schema-parts.ts';

const COUNTS = objectSchema(
  'The number of cases by their ends; an end without cases is absent.',
  Object.fromEntries(
    ENDS.map((end) => [`${end}?`, countSchema(`How many cases end as \`${end}\`.`)]),
  ),
);

const VIOLATION = objectSchema('A problem that some cases have.', {
  what: textSchema('What is wrong, as a clause.'),
  cases: countSchema('How many cases have it.', 1),
  said: textListSchema('What the run reports in the shortest of them, in sentences.'),
  seed: textSchema('The seed of the shortest case, for `--replay`.'),
});

const FAULT = objectSchema('The cases of one fault in one state, without another fault.', {
  fault: textSchema("The fault's name, as in a seed."),
  what: textSchema('The clause that describes it.'),
  cause: textSchema('The clause that describes its cause, which several faults share.'),
  'again?': wordSchema(
    ['resume', 'rollback'],
    'Whether the run was then resumed or rolled back, if the fault ended blockplan.',
  ),
  end: wordSchema(ENDS, 'How the run ends.'),
  place: textSchema(
    'The state of the run in which it happens; `before` in the `before` hooks, and `end` after the last phase.',
  ),
  cases: countSchema('Number of cases.', 1),
  said: textListSchema('What the run reports in the shortest of them, in sentences.'),
  ways: {
    ...WAYS_SCHEMA,
    description: 'The commands that can finish the run; empty if it is over.',
  },
  seed: textSchema('The seed of the shortest case, for `--replay`.'),
});

const PROOF = objectSchema('The proof of a plan.', {
  format: formatSchema('proof'),
  plan: textSchema("The plan's name."),
  domain: textSchema("The domain's name."),
  phases: countSchema("How many phases the plan's steps have.", 1),
  assumptions: textListSchema('What was assumed, because the facts do not contain it.'),
  singles: partSchema('counts'),
  pairs: partSchema('counts'),
  lost: textListSchema(
    'Files whose former content no rollback restores once a step has begun to write to them.',
  ),
  violations: listSchema(
    partSchema('violation'),
    'The invariants that a run violates under the simulated faults; empty if the plan is proven.',
  ),
  unknowable: listSchema(
    partSchema('violation'),
    'What is unavoidable: the journal could not be written when blockplan ended, or libvirt no longer answers.',
  ),
  faults: listSchema(
    partSchema('fault'),
    "The result of each single fault, in the order of the plan's phases.",
  ),
});

const CASE = objectSchema('One case in full, which `--replay` shows.', {
  format: formatSchema('proof-case'),
  parts: listSchema(
    objectSchema('A part of the run, in order.', {
      place: textSchema('The state of the run, or how the run was resumed.'),
      acts: listSchema(
        objectSchema('What was done there, in order.', {
          act: textSchema('The command, or a comment that starts with "#".'),
          'fault?': textSchema('The injected fault, as a clause.'),
        }),
        'What was done there.',
      ),
    }),
    'The parts of the run.',
  ),
  finish: objectSchema('How the run ends.', {
    end: wordSchema(ENDS, 'How the run ends.'),
    exitCode: { type: 'integer', description: 'The exit code that the run would have.' },
    interrupted: { type: 'boolean', description: 'Whether the user interrupted it.' },
    'happened?': textListSchema('What went wrong, in sentences; absent if nothing did.'),
    state: textListSchema('The state at its end, in sentences.'),
    next: textListSchema('The commands to type.'),
  }),
  wrong: textListSchema('What is wrong, as clauses; empty if no invariant is violated.'),
});

const DIAGNOSED = objectSchema('One problem of the domain.', {
  code: CODE_SCHEMA,
  severity: wordSchema(['error', 'warning'], 'How serious it is.'),
  message: textSchema('The state that was found.'),
  why: textSchema('Why it matters.'),
  hint: textSchema('What to do.'),
  commands: textListSchema(
    'The commands to type, in order; or one of them, if the hint names alternatives.',
  ),
  'plan?': objectSchema('The plan that would repair it.', {
    file: textSchema('The name of its file, without a folder.'),
    text: textSchema('The plan.'),
  }),
  'warnings?': textListSchema(
    'What the preview of that plan warns of; absent if it has no warnings.',
  ),
  'obstacle?': textSchema('Why no plan can repair it in the current state.'),
});

const DIAGNOSIS = objectSchema('The diagnosis of a domain.', {
  format: formatSchema('doctor'),
  domain: textSchema("The domain's name."),
  uri: textSchema('The libvirt connection URI.'),
  'working?': textSchema(
    'The run that is working on the domain; findings that it may cause itself are left out.',
  ),
  'mayWork?': textSchema(
    'The run of a marker, if it is unknown whether its process still works on the domain; such findings are left out.',
  ),
  'notChecked?': listSchema(
    objectSchema('One part of the diagnosis.', {
      what: textSchema('What was not checked.'),
      codes: listSchema(CODE_SCHEMA, 'The codes of the findings that this check can report.'),
    }),
    'What was not checked because that run works, or may work, on the domain; absent if no run does.',
  ),
  findings: listSchema(
    partSchema('diagnosed'),
    'What is wrong, in the order of repair; empty if nothing is.',
  ),
});

const RESCUED = objectSchema('What was done with one definition.', {
  outcome: wordSchema(
    ['restored', 'left alone', 'in doubt', 'stranded'],
    '`in doubt`: restored, but something is unknown or not restored; `stranded`: not restored.',
  ),
  'domain?': textSchema("The domain's name; absent if the run saved no definition."),
  'run?': textSchema('The run that saved it, if it is known.'),
  state: textListSchema('The state now, in sentences.'),
  next: textListSchema('The commands to type.'),
});

const NOT_RESCUED = objectSchema('A run whose definition cannot be read or must not be restored.', {
  outcome: { const: 'refused', description: 'It was not restored.' },
  run: textSchema('The run.'),
  findings: listSchema(partSchema('finding'), 'The findings that give the reason; at least one.'),
});

const RESCUE = objectSchema('What was done, for each definition.', {
  format: formatSchema('rescue'),
  definitions: listSchema(
    { anyOf: [partSchema('rescued'), partSchema('not-rescued')] },
    'One entry for the named definition, or one for each unfinished run with `--all`.',
  ),
});

const CHECKED_STORE = objectSchema('How old the newest good backup in a store is.', {
  store: textSchema('The path of the store.'),
  'backup?': textSchema('The name of that backup; absent if there is none.'),
  'time?': textSchema('When it was made: ISO 8601, in UTC.'),
  tooOld: {
    type: 'boolean',
    description: 'Whether it is older than `--max-age`, or no good backup is known.',
  },
  'problem?': textSchema('Why its age is unknown.'),
});

const OUTPUTS: readonly CommandOutput[] = [
  {
    name: 'status',
    prints: 'the runs that are not over.',
    schema: objectSchema('The runs that are not over.', {
      format: formatSchema('status'),
      over: countSchema('How many runs are over.'),
      elsewhere: countSchema(
        'Number of runs that are not over, on other domains than the requested one.',
      ),
      runs: listSchema(partSchema('run'), 'The runs that are not over.'),
      'stores?': listSchema(
        partSchema('store'),
        'Only with `--max-age`: the backup stores that were checked.',
      ),
    }),
    defs: { run: RUN_SCHEMA, store: CHECKED_STORE },
  },
  {
    name: 'list',
    prints: 'all runs.',
    schema: objectSchema('All runs.', {
      format: formatSchema('list'),
      runs: listSchema(partSchema('run'), 'All runs, newest first.'),
    }),
    defs: { run: RUN_SCHEMA },
  },
  {
    name: 'validate',
    prints: 'the findings of each plan.',
    schema: objectSchema('The findings of each plan.', {
      format: formatSchema('validate'),
      plans: listSchema(
        objectSchema('One plan.', {
          file: textSchema('The plan file as it was named.'),
          valid: {
            type: 'boolean',
            description: 'Whether it has no errors; it may have warnings.',
          },
          findings: listSchema(
            partSchema('finding'),
            'All errors and warnings, in the order of the text.',
          ),
        }),
        'The plans in the order in which they were named.',
      ),
    }),
    defs: { finding: FINDING_SCHEMA },
  },
  {
    name: 'prove',
    prints: 'a proof; with `--replay`, one case; or the reasons for a refusal.',
    schema: { oneOf: [partSchema('proof'), partSchema('case'), partSchema('refusal')] },
    defs: {
      ...{ proof: PROOF, counts: COUNTS, violation: VIOLATION, fault: FAULT, case: CASE },
      ...{ refusal: REFUSAL_SCHEMA, finding: FINDING_SCHEMA },
    },
  },
  {
    name: 'doctor',
    prints: 'a diagnosis, or the reasons for a refusal.',
    schema: { oneOf: [partSchema('diagnosis'), partSchema('refusal')] },
    defs: {
      diagnosis: DIAGNOSIS,
      diagnosed: DIAGNOSED,
      refusal: REFUSAL_SCHEMA,
      finding: FINDING_SCHEMA,
    },
  },
  BACKUPS_OUTPUT,
  BROWSE_OUTPUT,
  {
    name: 'rescue',
    prints: 'what was done with each definition, or the reasons for a refusal.',
    schema: { oneOf: [partSchema('rescue'), partSchema('refusal')] },
    defs: {
      ...{ rescue: RESCUE, rescued: RESCUED, 'not-rescued': NOT_RESCUED },
      ...{ refusal: REFUSAL_SCHEMA, finding: FINDING_SCHEMA },
    },
  },
];

/** The text of each schema, by its path in the repository. */
export function outputSchemas(): ReadonlyMap<string, string> {
  return new Map(
    OUTPUTS.map(({ name, prints, schema, defs }) => {
      const whole = {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        $id: `urn:blockplan:schema:${name}:v1`,
        title: `blockplan ${name}`,
        ...schema,
        description: `What \`blockplan ${name} --format json\` prints: ${prints}`,
        $defs: defs,
      };
      return [`schemas/${name}.schema.json`, `${JSON.stringify(whole, null, 2)}\n`];
    }),
  );
}
