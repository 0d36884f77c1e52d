// Route of function "api" that answers with the description of all of them: docs/openapi.yaml.
import { readFileSync } from 'node:fs';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** The file's text, which lib/bundle.ts puts in its place; unbundled there is no such name. */
declare const OPENAPI_YAML: string | undefined;

function text(): string {
  if (typeof OPENAPI_YAML === 'string') return OPENAPI_YAML;
  return readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8');
}

export const openapiRoutes: Record<string, () => Promise<APIGatewayProxyStructuredResultV2>> = {
  'GET /v1/openapi.yaml': async () => ({
    statusCode: 200,
    headers: { 'content-type': 'application/yaml' },
    body: text(),
  }),
};
