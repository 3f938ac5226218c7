/** A run's display that also writes the events to a log next to the journal, for `blockplan attach`. */
import { EventLog } from '../journal/event-log.ts';
import type { Display } from '../render/display.ts';

/** @param folder the run's folder */
export function loggedDisplay(display: Display, folder: string): Display {
  const log = new EventLog(folder, (why) =>
    display.listener({
      time: Date.now(),
      event: 'notice',
      message: `the event log cannot be written (${why}): the run continues, but blockplan attach cannot show all of it`,
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
