// `--to`: a directory, or s3://bucket/prefix.
import { InvalidArgumentError } from 'commander';

export type Target =
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'bucket'; readonly bucket: string; readonly prefix: string };

export function target(text: string): Target {
  if (!/^[a-z0-9]+:\/\//i.test(text)) {
    if (text.trim() === '') throw new InvalidArgumentError('A directory, or s3://bucket/prefix.');
    return { kind: 'directory', directory: text };
  }
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(text) ?? [];
  if (!bucket) throw new InvalidArgumentError('A directory, or s3://bucket/prefix.');
  return { kind: 'bucket', bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/` };
}
