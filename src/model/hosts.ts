/** The hosts of a run by name. Every plan of today has one, the host of the libvirt that it is run on. */

/** What a host is called within a run. */
export type HostName = string;

/** The host of the libvirt that the run is connected to. */
export const LOCAL: HostName = 'local';

/** Something of each host of a run, by the host's name. */
export type OnHosts<T> = Readonly<Record<HostName, T>>;

/** What there is of the one host that there is until plans name more. */
export function onLocal<T>(value: T): OnHosts<T> {
  return { [LOCAL]: value };
}

/**
 * What there is of that host.
 * @throws Error where the run has no such host: a bug, as a plan's hosts are known when it is compiled
 */
export function ofHost<T>(hosts: OnHosts<T>, name: HostName): T {
  if (!Object.hasOwn(hosts, name)) throw new Error(`the run has no host ${name}`);
  return hosts[name] as T;
}

/** The same hosts with something else of that one. */
export function withHost<T>(hosts: OnHosts<T>, name: HostName, value: T): OnHosts<T> {
  return { ...hosts, [name]: value };
}

/** The same of each host. */
export function eachHost<T, U>(hosts: OnHosts<T>, make: (of: T, name: HostName) => U): OnHosts<U> {
  return Object.fromEntries(Object.entries(hosts).map(([name, of]) => [name, make(of, name)]));
}

/**
 * What names a domain among those of all hosts: during a migration two hosts know the same UUID.
 * @returns for the local host the bare UUID, by which older versions lock
 */
export function domainKey(host: HostName, uuid: string): string {
  return host === LOCAL ? uuid : `${uuid}@${host}`;
}
