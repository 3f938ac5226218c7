/** Which data files a layer or a file has (see `HostIO.readDataFiles`). */
import type { DataFiles, HostIO } from '../host-io/host-io.ts';
import type { Layer } from '../model/host-state.ts';

/** The same layer with its data files; without any where they cannot be determined. */
export async function withDataFiles(io: HostIO, layer: Layer): Promise<Layer> {
  const { files } = await io.readDataFiles(layer);
  return files.length === 0 ? layer : { ...layer, dataFiles: files };
}

/**
 * The data files that a file would have as an image of the format in its first bytes. Use the result only to protect these
 * files: a guest can write such bytes into a raw disk.
 */
export async function dataFilesByContent(io: HostIO, file: string): Promise<DataFiles> {
  const asQcow2 = await io.readDataFiles({ file, format: 'qcow2' });
  return asQcow2.unread || asQcow2.files.length > 0
    ? asQcow2
    : io.readDataFiles({ file, format: 'vmdk' });
}
