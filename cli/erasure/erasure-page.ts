// The certificate of an erasure as one HTML page, for whoever asked for it and for an auditor.
import type { ErasureCertificate } from '../../client/icehouse.ts';
import { escaped, type Fact, facts, htmlPage } from '../html-page.ts';

export function erasurePage(certificate: ErasureCertificate): string {
  const { erasure_id, asset_ids, done_at, stays, runs_out_later } = certificate;
  return htmlPage(
    `Certificate of erasure ${erasure_id}`,
    `<p>The video below was erased along its whole lineage, finished ${escaped(done_at)}. All times are UTC.</p>
${facts('The order', orderRows(certificate))}
<h2>The video</h2>
<p>Every Mux asset that it was:</p>
${list(asset_ids)}
${facts('What was removed', removedRows(certificate))}
<h2>What stays</h2>
${list(stays)}
<h2>What runs out later</h2>
<p>What an erasure does not reach is overwritten or deleted by itself, at the latest on the day named.</p>
<table>
<tr><th>what</th><th>until</th><th></th></tr>
${runs_out_later.map(runsOutRow).join('\n')}
</table>
<p>Made by Icehouse from the order and the records of the assets.</p>`,
  );
}

function orderRows({ asset_id, ordered, executes_at, begun_at, done_at }: ErasureCertificate) {
  return [
    ['ordered by', ordered.by],
    ['legal basis', ordered.legal_basis],
    ['for the asset', asset_id],
    ['when', ordered.at],
    ['signed by', ordered.principal],
    ['request id', ordered.request_id],
    ['not to begin before', executes_at],
    ['could be stopped until', begun_at ?? executes_at],
    ['begun', begun_at],
    ['done', done_at],
  ] as const satisfies readonly Fact[];
}

function removedRows({ removed }: ErasureCertificate) {
  const { assets, versions, bytes, uploads, trail_entries } = removed;
  return [
    ['assets at Mux', assets.length === 0 ? 'none: they were gone before' : assets.join(', ')],
    ['object versions in the vault', versions],
    ['of bytes', bytes],
    ['unfinished uploads', uploads],
    ['entries of the audit trail', trail_entries],
    ['fields of the records', 'all that name a person or were written by one'],
  ] as const satisfies readonly Fact[];
}

function runsOutRow({ what, until, detail }: ErasureCertificate['runs_out_later'][number]): string {
  return `<tr><td>${escaped(what)}</td><td>${escaped(until ?? 'not known to Icehouse')}</td><td>${escaped(detail)}</td></tr>`;
}

function list(texts: readonly string[]): string {
  return `<ul>\n${texts.map((text) => `<li>${escaped(text)}</li>`).join('\n')}\n</ul>`;
}
