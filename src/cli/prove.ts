/** `blockplan prove`: simulates a run of the plan under every single and double fault. */
import { BlockplanError } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { withPositions } from '../plan/text.ts';
import { Explorer } from '../prove/explore.ts';
import { provePlan } from '../prove/prove.ts';
import { replay } from '../prove/replay.ts';
import { readSeed } from '../prove/seed.ts';
import { renderCase, renderProof } from '../render/proof.ts';
import { walk } from '../simulate/walk.ts';
import { explained } from './explained.ts';
import { type HostStateOptions, planOnHost } from './host-state.ts';
import { withJsonRefusal } from './json-refusal.ts';
import { draftFrom } from './read.ts';
import { resultText } from './result-text.ts';

export interface ProveCommandOptions extends HostStateOptions {
  readonly set: readonly string[];
  readonly replay?: string;
  readonly verbose?: true;
  readonly format: 'text' | 'json';
}

/** @returns the exit code: that of a refused plan if the proof found a violation */
export function proveCommand(file: string, options: ProveCommandOptions): Promise<number> {
  return withJsonRefusal(options.format, () => prove(file, options));
}

async function prove(file: string, options: ProveCommandOptions): Promise<number> {
  const draft = await draftFrom(file, options.set);
  const injections = options.replay === undefined ? undefined : readSeed(options.replay);
  const { plan, state } = await planOnHost(draft, options);
  const graph = compile(plan);
  const { files, findings } = walk(graph, state);
  const errors = withPositions(
    plan.text,
    findings.filter(({ severity }) => severity === 'error'),
  );
  const isLive = errors.length > 0 && options.facts === undefined;
  const [first, ...rest] = isLive ? await explained(errors, plan, state) : errors;
  if (first) throw new BlockplanError('preflight-refused', [first, ...rest]);
  const touched = [...new Set([...files, ...Object.keys(state.files)])];
  const result = injections
    ? replay(new Explorer(graph, state, touched), injections)
    : provePlan(graph, state, touched);
  process.stdout.write(
    resultText(result, options.format, (shown, color, columns) =>
      'parts' in shown
        ? renderCase(shown, color, columns)
        : renderProof(shown, options.verbose === true, color, columns),
    ),
  );
  const violated = 'parts' in result ? result.wrong : result.violations;
  return violated.length > 0 ? EXIT_CODES['preflight-refused'] : 0;
}
