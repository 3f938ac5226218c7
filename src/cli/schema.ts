/** `blockplan schema`: the JSON Schema of a plan, for editors and for programs that write plans. */
import { planSchema } from '../plan/schema.ts';
import { steps } from '../steps/registry.ts';

export function schemaCommand(): number {
  process.stdout.write(`${JSON.stringify(planSchema(steps, 'editor'), null, 2)}\n`);
  return 0;
}
