// What both servers show: a certificate for benchmarks only, and the cipher that S3 and most CDNs choose.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const CERTIFICATE_FILE = join(import.meta.dirname, 'certificate.pem');

export function tlsIdentity() {
  return {
    cert: readFileSync(CERTIFICATE_FILE),
    key: readFileSync(join(import.meta.dirname, 'key.pem')),
    ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
    honorCipherOrder: true,
  };
}
