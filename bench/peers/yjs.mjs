// Yjs over WebSocket, everything in memory on both sides: node yjs.mjs server | node yjs.mjs push|pull PORT RECORDS
// A map of records by id; push: all of them are set on a client that is connected, until a second one has them; pull: a
// fresh client connects to a server that has them. Tells the seconds.
import * as Y from 'yjs';
import WebSocket, { WebSocketServer } from 'ws';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { WebsocketProvider } from 'y-websocket';

const require = createRequire(import.meta.url);
const [way, port, records] = process.argv.slice(2);

if (way === 'server') {
  const { setupWSConnection } = require('y-websocket/bin/utils');
  const http = createServer();
  new WebSocketServer({ server: http }).on('connection', (socket, request) => setupWSConnection(socket, request));
  http.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: http.address().port })));
} else {
  const documents = readFileSync(records, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const join = async (doc) => {
    const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, 'records', doc, {
      WebSocketPolyfill: WebSocket, disableBc: true });
    return new Promise((resolve) => provider.once('synced', () => resolve(provider)));
  };
  const has = (doc, count) => new Promise((resolve) => {
    const map = doc.getMap('records');
    const look = () => { if (map.size >= count) resolve(); };
    map.observe(look);
    look();
  });
  const doc = new Y.Doc();
  let begun = process.hrtime.bigint();
  if (way === 'push') {
    const other = new Y.Doc();
    await join(doc);
    await join(other);
    begun = process.hrtime.bigint();
    const map = doc.getMap('records');
    for (const document of documents) map.set(document._id, document);
    await has(other, documents.length);
  } else {
    await join(doc);
    await has(doc, documents.length);
  }
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  console.log(JSON.stringify({ seconds, documents: documents.length }));
  process.exit(0);
}
