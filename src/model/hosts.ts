/** The hosts of a run by name. Today every plan has one: the host of the libvirt that it runs on. */

/** What a host is called within a run. */
export type HostName = string;

/** The host of the libvirt that the run is connected to. */
export const LOCAL: HostName = 'local';

/** A value for each host of a run, by the host's name. */
export type OnHosts<T> = Readonly<Record<HostName, T>>;

/** The value of the local host, which is the only one until plans can name more. */
export function onLocal<T>(value: T): OnHosts<T> {
  return { [LOCAL]: value };
}

/**
 * The value of that host.
 * @throws Error where the run has no such host: a bug, as a plan's hosts are known when it is compiled
 */
export function ofHost<T>(hosts: OnHosts<T>, name: HostName): T {
  if (!Object.hasOwn(hosts, name)) throw new Error(`the run has no host ${name}`);
  return hosts[name] as T;
}

/** The same hosts with another value for that one. */
export function withHost<T>(hosts: OnHosts<T>, name: HostName, value: T): OnHosts<T> {
  return { ...hosts, [name]: value };
}

/** A value made from that of each host. */
export function eachHost<T, U>(hosts: OnHosts<T>, make: (of: T, name: HostName) => U): OnHosts<U> {
  return Object.fromEntries(Object.entries(hosts).map(([name, of]) => [name, make(of, name)]));
}

/**
 * The key of a domain among all hosts: during a migration two hosts know the same UUID.
 * @returns for the local host the bare UUID, which older versions use for their locks
 */
export function domainKey(host: HostName, uuid: string): string {
  return host === LOCAL ? uuid : `${uuid}@${host}`;
}
