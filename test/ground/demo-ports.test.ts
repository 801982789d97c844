import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { reservePorts } from '../../scripts/demo-ports.ts';

const USUAL = { http: 29464, exchange: 29500, control: 29501 };

test('two demos start at once, before either listens: they get different ports, all their own', async () => {
  const [one, two] = await Promise.all([reservePorts(USUAL), reservePorts(USUAL)]);
  try {
    const all = [...Object.values(one.ports), ...Object.values(two.ports)];
    expect(new Set(all).size).toBe(6);
  } finally {
    one.release();
    two.release();
  }
});

test('a port somebody listens on is passed over; one given back is taken again', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const taken = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const around = { http: taken, exchange: taken, control: taken };
  const first = await reservePorts(around);
  first.release();
  const second = await reservePorts(around);
  second.release();
  server.close();

  expect(Object.values(first.ports)).not.toContain(taken);
  expect(new Set(Object.values(first.ports)).size).toBe(3);
  expect(second.ports).toEqual(first.ports);
});
