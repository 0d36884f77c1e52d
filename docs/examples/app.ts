// A whole app backend with node:http alone: two buttons, one door for webhooks, a player page. `node docs/examples/app.ts`.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { IcehouseClient } from 'icehouse/client';
import { type App, settle, softDelete, tidy, undelete } from './deleting.ts';
import { createResolver, type Patience, playerPage } from './player.ts';
import { openVideos, stateOf, videoOf } from './videos.ts';
import { lookInto, type Secrets, takeWebhook } from './webhooks.ts';

export function createApp(app: App, secrets: Secrets, patience?: Patience): Server {
  const resolve = createResolver(app.icehouse, patience);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const { method, url = '/' } = request;
    const [, room, id = '', button] = new URL(url, 'http://app').pathname.split('/');
    if (method === 'POST' && room === 'hooks') return hook(request, response);
    if (method === 'GET' && room === 'watch') return response.end(playerPage(await resolve(id)));
    const video = room === 'videos' ? videoOf(app.db, id) : undefined;
    if (!video) return response.writeHead(404).end();
    if (method === 'GET') return response.end(JSON.stringify({ ...video, state: stateOf(app.db, video) }));
    // Your session says who it is, and whether this is theirs.
    const user = String(request.headers['x-user']);
    const isNews = button === 'delete' ? softDelete(app, id, user) : undelete(app, id, user);
    // The row is marked: should Icehouse be away now, tidy() asks it later.
    if (isNews && video.asset_id) await settle(app, video.asset_id).catch(console.error);
    return response.writeHead(202).end(JSON.stringify(videoOf(app.db, id)));
  }

  async function hook(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    // What it refuses, Mux and Icehouse send again for a day.
    const toLookFor = await takeWebhook(app, secrets, body, request.headers);
    response.end();
    if (toLookFor !== undefined) await lookInto(app, toLookFor);
  }

  return createServer((request, response) => {
    route(request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(400).end();
    });
  });
}

if (process.argv[1] === import.meta.filename) {
  const {
    ICEHOUSE_URL = '',
    ICEHOUSE_SIGNING_SECRET = '',
    MUX_WEBHOOK_SECRET = '',
    PORT = '3000',
  } = process.env;
  const app = { db: openVideos('videos.sqlite'), icehouse: new IcehouseClient({ base: ICEHOUSE_URL }) };
  createApp(app, { mux: MUX_WEBHOOK_SECRET, icehouse: ICEHOUSE_SIGNING_SECRET }).listen(Number(PORT));
  setInterval(() => tidy(app, { looks: false }).catch(console.error), 60_000);
  setInterval(() => tidy(app, { looks: true }).catch(console.error), 86_400_000);
}
