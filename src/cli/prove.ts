/** `blockplan prove`: everything that can go wrong in a run of the plan, on a simulated host, and what comes of it. */
import { BlockplanError } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { positioned } from '../plan/text.ts';
import { Explorer } from '../prove/explore.ts';
import { provePlan } from '../prove/prove.ts';
import { replay } from '../prove/replay.ts';
import { readSeed } from '../prove/seed.ts';
import { renderCase, renderProof } from '../render/proof.ts';
import { walk } from '../simulate/walk.ts';
import { planFrom } from './read.ts';
import { resultText } from './result-text.ts';
import { seenWorld, type WorldOptions } from './seen-world.ts';

export interface ProveCommandOptions extends WorldOptions {
  readonly set: readonly string[];
  readonly replay?: string;
  readonly output: 'text' | 'json';
}

/** @returns the exit code: that of a refused plan where a run of it could do what no run may */
export async function prove(file: string, options: ProveCommandOptions): Promise<number> {
  const plan = await planFrom(file, options.set);
  const injections = options.replay === undefined ? undefined : readSeed(options.replay);
  const graph = compile(plan);
  const world = await seenWorld(plan, options);
  const { files, findings } = walk(graph, world);
  const [first, ...rest] = positioned(
    plan.text,
    findings.filter(({ severity }) => severity === 'error'),
  );
  if (first) throw new BlockplanError('preflight-refused', [first, ...rest]);
  const touched = [...new Set([...files, ...Object.keys(world.files)])];
  const result = injections
    ? replay(new Explorer(graph, world, touched), injections)
    : provePlan(graph, world, touched);
  process.stdout.write(
    resultText(result, options.output, (shown, color, columns) =>
      'parts' in shown ? renderCase(shown, color, columns) : renderProof(shown, color, columns),
    ),
  );
  const violated = 'parts' in result ? result.wrong : result.violations;
  return violated.length > 0 ? EXIT_CODES['preflight-refused'] : 0;
}
