/** Where a renderer writes: `process.stdout` fits, and so does a test's double. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The terminal's width; absent without a terminal. */
  readonly columns?: number;
  /** The terminal's height; absent without a terminal. */
  readonly rows?: number;
}
