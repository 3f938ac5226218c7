/** The addresses of a host name, within a time limit. */
import { isIP, type LookupFunction } from 'node:net';
import { runWithinLimit } from '../programs/program.ts';

/**
 * Resolves names with getent(1), by the rules of the machine as Node does. Node's own query cannot be stopped, and no process
 * ends before the name server has answered it.
 * @param limits the time limit in seconds, and a signal that stops the query
 */
export function lookupWithin(limits: {
  readonly timeout: number;
  readonly signal: AbortSignal;
}): LookupFunction {
  return (name, { all }, callback) => {
    const command = ['getent', 'ahosts', '--', name] as const;
    const query = runWithinLimit({ ...limits, env: process.env, command, input: '' });
    void query.then(({ output, error = 'printed no address' }) => {
      const addresses = output
        .map((line) => line.split(' ', 1).join())
        .filter((word, at, words) => isIP(word) !== 0 && words.indexOf(word) === at)
        .map((address) => ({ address, family: isIP(address) }));
      const [first] = addresses;
      if (!first) callback(new Error(`its host name cannot be resolved: getent ${error}`), '');
      else if (all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
