// What a Lambda around the SDK would be: undici's response body handed to lib-storage's Upload.
// `node lib-storage.mjs URL BUCKET KEY [PART_BYTES]`
import { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { request } from 'undici';

const [url = '', Bucket = '', Key = '', partBytes] = process.argv.slice(2);
const { body: Body } = await request(url);
const client = new S3Client();
const partSize = partBytes === undefined ? undefined : Number(partBytes);
await new Upload({ client, params: { Bucket, Key, Body }, ...(partSize && { partSize }) }).done();
client.destroy();
