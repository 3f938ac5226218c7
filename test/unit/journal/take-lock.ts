/** A process that takes a lock when told to, prints who has it, and keeps it until its input ends. */
import { takeLock } from '../../../src/journal/lock.ts';

const [state = '', key = '', run = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  const lock = await takeLock(state, key, run, 'tester');
  process.stdout.write(`${'heldBy' in lock ? `held by ${lock.heldBy.run}` : 'taken'}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
});
