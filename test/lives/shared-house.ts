// A house that several lives use, one after the other, with the apps that it tells of them: each house is a synth, all engines
// and a dozen processes. Its end looks for leaks and missing permissions of all these lives.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Receiver, startReceiver } from '../fakes/receiver.ts';
import { type House, openHouse } from './house.ts';

export interface SharedHouse extends AsyncDisposable {
  readonly house: House;
  /** Apps that are told of every life in it. */
  readonly receiver: Receiver;
  readonly away: Receiver;
  readonly front: Front;
}

/** Where the example app stands while its life lasts; before and after, whoever calls is thanked. */
interface Front extends AsyncDisposable {
  readonly url: string;
  answer?: RequestListener | undefined;
}

export async function openSharedHouse(): Promise<SharedHouse> {
  const [receiver, away, front] = await Promise.all([startReceiver(), startReceiver(), startFront()]);
  const urls = [receiver.url, away.url, `${front.url}/hooks/icehouse`];
  const house = await openHouse({ webhooks: { urls } });
  return {
    house,
    receiver,
    away,
    front,
    async [Symbol.asyncDispose]() {
      try {
        await house[Symbol.asyncDispose]();
      } finally {
        for (const told of [receiver, away, front]) await told[Symbol.asyncDispose]();
      }
    },
  };
}

async function startFront(): Promise<Front> {
  const server = createServer((request, response) => {
    if (front.answer) front.answer(request, response);
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const front: Front = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return front;
}
