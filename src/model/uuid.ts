/** The UUID of a domain whose facts do not give one. */
export const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** Whether the text is a UUID as libvirt prints it. Only such a text may name a lock or be looked up as a UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
