/** A run's display whose events are written down beside the journal as well, for those who attach to the run. */
import { EventLog } from '../journal/event-log.ts';
import type { Display } from '../render/display.ts';

/** @param folder the run's own */
export function loggedDisplay(display: Display, folder: string): Display {
  const log = new EventLog(folder, (why) =>
    display.listener({
      time: Date.now(),
      event: 'notice',
      message: `blockplan attach will not see all of this run, which goes on: its event log cannot be written: ${why}`,
    }),
  );
  return {
    ...display,
    listener(event) {
      log.write(event);
      display.listener(event);
    },
    async close() {
      log.close();
      await display.close();
    },
  };
}
