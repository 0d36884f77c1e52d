// HTTP answers in payload format 2.0: JSON, and problem documents (RFC 9457).
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Problem, problemDocument } from '../domain/problem.ts';

export function json(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function problem(refusal: Problem): APIGatewayProxyStructuredResultV2 {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (refusal.retry_after_seconds) headers['retry-after'] = String(refusal.retry_after_seconds);
  return {
    statusCode: refusal.status,
    headers,
    body: JSON.stringify(problemDocument(refusal)),
  };
}
