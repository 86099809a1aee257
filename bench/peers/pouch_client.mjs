// A PouchDB on LevelDB that pushes to or pulls from a server: node pouch_client.mjs push|pull URL DIR RECORDS BATCH
// RECORDS: a file with a line of JSON for each document. Tells the seconds of the replication alone.
import PouchDB from 'pouchdb';
import { readFileSync, mkdirSync } from 'node:fs';

const [way, url, directory, records, batch] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const local = new PouchDB(directory + '/db');
const remote = new PouchDB(url);
const options = { batch_size: Number(batch), batches_limit: 10 };
if (way === 'push') {
  const documents = readFileSync(records, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  for (let at = 0; at < documents.length; at += 1000) await local.bulkDocs(documents.slice(at, at + 1000));
}
await remote.info();
const begun = process.hrtime.bigint();
const done = way === 'push' ? await local.replicate.to(remote, options) : await local.replicate.from(remote, options);
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
if (!done.ok) throw new Error('replication failed');
console.log(JSON.stringify({ seconds, documents: way === 'push' ? done.docs_written : done.docs_written }));
await local.close();
process.exit(0);
