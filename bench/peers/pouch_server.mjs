// PouchDB's own server (express-pouchdb) on a free port of loopback, LevelDB below a directory: node pouch_server.mjs DIR
import express from 'express';
import createPouchApp from 'express-pouchdb';
import PouchDB from 'pouchdb';
import { mkdirSync } from 'node:fs';

const directory = process.argv[2];
mkdirSync(directory, { recursive: true });
process.chdir(directory);
const Store = PouchDB.defaults({ prefix: directory + '/' });
const app = express();
app.use('/', createPouchApp(Store, { mode: 'minimumForPouchDB', logPath: directory + '/log.txt' }));
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
