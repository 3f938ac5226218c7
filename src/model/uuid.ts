/** Whether the text is a UUID as libvirt prints it. Only such a text may name a lock or be looked up as a UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
