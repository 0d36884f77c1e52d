// A program that a test can kill: serves the directory it is given and prints its URL.
import { createS3Server } from '../../../local/s3/server.ts';

const [dataDir = '', port = '0'] = process.argv.slice(2);
const server = await createS3Server({
  dataDir,
  credentials: (accessKeyId) => (accessKeyId === 'test' ? 'test-secret' : undefined),
  thawMs: 1000,
  onEvent: (event) => console.log(JSON.stringify(event)),
  log: (message, fields) => console.error(message, fields),
});
const { url } = await server.listen(Number(port));
console.log(url);
