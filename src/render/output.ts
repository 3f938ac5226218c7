/** Where a renderer writes: `process.stdout` fits, and so does a test's double. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The terminal's width; absent where there is no terminal. */
  readonly columns?: number;
  /** The terminal's height; absent where there is no terminal. */
  readonly rows?: number;
}
