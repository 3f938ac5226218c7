import { expect, test } from 'vitest';
import { markerIn } from '../../../src/libvirt/marker.ts';

const MARKER = `<blockplan:run xmlns:blockplan="urn:blockplan:run:1" run="r1" host="h&amp;1" user="o'neil" pid="7" since="2026-11-23T08:15:02.000Z"/>`;

test('the marker is read from the live XML, among the metadata of others', () => {
  const live = `<domain type='kvm' id='3'>
  <metadata>
    <app:run xmlns:app="https://example.org/app" run="no"/>
    ${MARKER}
  </metadata>
</domain>`;
  expect(markerIn(live)).toEqual({
    ...{ run: 'r1', host: 'h&1', user: "o'neil", pid: 7 },
    since: '2026-11-23T08:15:02.000Z',
  });
  expect(markerIn(live.replace(MARKER, ''))).toBeUndefined();
  const added = { hostId: 'a1', boot: 'b', started: '77', namespace: 'pid:[1]' };
  const words = Object.entries(added).map(([name, value]) => `${name}="${value}"`);
  expect(markerIn(live.replace('pid=', `${words.join(' ')} pid=`))).toMatchObject({
    ...{ run: 'r1', pid: 7 },
    ...added,
  });
});
