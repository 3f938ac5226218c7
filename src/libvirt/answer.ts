/**
 * virsh's answer to one command. A refused one has no output, so that it cannot be taken for an empty answer; see
 * `printedBy`.
 */
export type Answer = PrintedAnswer | RefusedAnswer;

interface AnswerTerms {
  readonly argv: readonly string[];
  readonly stderr: string;
  readonly durationMs: number;
}

interface PrintedAnswer extends AnswerTerms {
  /**
   * virsh reported no error. A session has no exit status: the few commands that report a failure by exit status alone
   * (`blockcopy --wait` prints "Copy failed" on stdout) cannot be judged by this.
   */
  readonly ok: true;
  /** The command's output, exactly as `virsh ARGV` prints it, without the blank line that ends every command. */
  readonly stdout: string;
  readonly error?: never;
}

interface RefusedAnswer extends AnswerTerms {
  readonly ok: false;
  readonly stdout?: never;
  /** libvirt's messages, without `error: `, joined by `: `. */
  readonly error: string;
}
