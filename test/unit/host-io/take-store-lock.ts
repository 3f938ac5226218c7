/** A process that takes the lock of a store when it is told to, prints who has it, and keeps it until its input ends. */
import { localHost } from '../../../src/host-io/local-host.ts';

const [store = '', mode = '', user = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
process.stdin.once('data', async () => {
  const taker = { purpose: 'test', user };
  const lock = await localHost.lockStore(store, mode === 'shared' ? 'shared' : 'exclusive', taker);
  const answer =
    'heldBy' in lock ? `held by ${lock.heldBy.map((each) => each.user).sort()}` : 'taken';
  process.stdout.write(`${answer}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
});
