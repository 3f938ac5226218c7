/** What the local host answers to changes in a store in which this user may not write. */
import type { FileStamp } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';

/**
 * @param stamp that of the draft `b1.partial`, as JSON
 * @param names its files, as JSON
 */
export async function refusals(store: string, stamp: string, names: string): Promise<string[]> {
  const draft = `${store}/b1.partial`;
  const own = JSON.parse(stamp) as FileStamp;
  const changes = [
    () => localHost.makeFolder(`${store}/new`, 0o711),
    () => localHost.moveFolder(draft, `${store}/b1`, own),
    () => localHost.removeFolder(draft, own, JSON.parse(names) as string[]),
    () => localHost.writeFile(`${store}/note`, 'content'),
    () => localHost.lockStore(store, 'shared', { purpose: 'test', user: 'nobody' }),
  ];
  const answers: string[] = [];
  for (const change of changes)
    answers.push(
      await change().then(
        () => 'done',
        (error: Error) => `${error.name} ${error.message}`,
      ),
    );
  return answers;
}
