/** What the header of an image says of the image below, and the path that leads to it. */
import type { Layer } from './host-state.ts';

/** An image, and what its own header says of its backing file. */
export interface ChainImage extends Pick<Layer, 'file' | 'format'> {
  /** As the header spells it; `null` for none, and for a raw image. */
  readonly name: string | null;
  readonly backingFormat?: string | undefined;
}

/**
 * The path that a name in an image's header leads to. QEMU and libvirt resolve a relative name against the folder in the
 * image's path, without following links (QEMU util/path.c, path_combine; seen on libvirt 9.0).
 */
export function backingPath(image: string, name: string): string {
  return isRelative(name) ? `${image.slice(0, image.lastIndexOf('/') + 1)}${name}` : name;
}

/** Whether a name in a header depends on the image's folder: it is no absolute path, URL or `json:` text. */
export function isRelative(name: string): boolean {
  return !name.startsWith('/') && !/^[^/]*:/.test(name);
}
