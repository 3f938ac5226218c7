/** The words of a virsh verb's options, out of parameters that bear virsh's own names. */
export function optionsOf<P extends object>(params: P) {
  return {
    /** `--name` where the parameter is true. */
    flag: (name: keyof P & string): string[] => (params[name] ? [`--${name}`] : []),
    /** `--name value` where the parameter is given. */
    value: (name: keyof P & string): string[] =>
      params[name] === undefined ? [] : [`--${name}`, String(params[name])],
  };
}
