/** The answers of an examination, which continues without what libvirt refuses to show. */
import type { UnreadPart } from '../model/examination.ts';
import type { Answer } from './answer.ts';
import { UNSUPPORTED } from './read-answer.ts';

export class ExaminedAnswers {
  /** What libvirt refused to show, in the order in which it was read. */
  readonly unread: UnreadPart[] = [];

  /**
   * What virsh printed; undefined where there is nothing to print, and where libvirt refuses to.
   * @param absent the refusals that say that there is nothing to print
   */
  read(
    of: Omit<UnreadPart, 'why'>,
    answer: Answer | undefined,
    ...absent: readonly RegExp[]
  ): string | undefined {
    if (!answer || answer.ok) return answer?.stdout;
    const { error: why } = answer;
    if (![UNSUPPORTED, ...absent].some((refusal) => refusal.test(why)))
      this.unread.push({ ...of, why });
    return undefined;
  }
}
