/**
 * The program of sed that prints the variables of a plan as `NAME=`, one on a line. Completion scripts may not start
 * blockplan. It reads `vars:` as shipped plans write it, with a line for each variable.
 */
export const VARIABLES_IN_PLAN =
  '/^vars:[[:space:]]*(#.*)?$/,/^[^[:space:]#]/ s/^ +"?([A-Za-z_][A-Za-z0-9_-]*)"?:( .*)?$/\\1=/p';
