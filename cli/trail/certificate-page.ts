// The certificate as one HTML page that needs nothing else: to be printed, signed, handed over. The same always gives the same bytes.
import { escaped, type Fact, facts, htmlPage } from '../html-page.ts';
import type { Certificate, CertifiedEntry, Standing } from './certificate.ts';

const STANDINGS: Readonly<Record<Standing, string>> = {
  same: 'same',
  differs: '<span class="bad">differs</span>',
  missing: '<span class="bad">missing</span>',
  unread: 'not asked',
};

export function certificatePage(certificate: Certificate): string {
  const { asset_id, summary, as_of, history } = certificate;
  return htmlPage(
    `Certificate for video ${asset_id}`,
    `<p>${escaped(summary)}</p>
<p>Made by Icehouse from its record of this asset as of ${escaped(as_of)}. All times are UTC.</p>
${facts('The video', videoRows(certificate))}
${facts('Who asked', askedRows(certificate))}
${facts('The archive', archiveRows(certificate))}
${facts('The deletion', deletionRows(certificate))}
<h2>What happened</h2>
<table>
<tr><th>when</th><th>what</th><th>cause</th><th>by</th><th>request id</th><th>in the trail</th></tr>
${history.map(historyRow).join('\n')}
</table>
<p>${closing(certificate)}</p>`,
  );
}

function videoRows({ asset_id, title, duration, environment, life, status, current_asset_id }: Certificate) {
  return [
    ['Mux asset id', asset_id],
    ['title', title],
    ['duration', duration === undefined ? undefined : `${duration} s`],
    ['Mux environment', environment],
    ['delete request', `number ${life} for this asset`],
    ['status', status],
    ['asset id at Mux now', current_asset_id],
  ] as const satisfies readonly Fact[];
}

function askedRows({ asked }: Certificate) {
  return [
    ['user', asked.user_id],
    ['signed by', asked.principal],
    ['when', asked.at],
    ['request id', asked.request_id],
    ['reason', asked.reason],
    ['group', asked.group_id],
    ['mode', asked.mode && MODE_WORDS[asked.mode]],
    ['to be deleted from', asked.mode === 'archive_only' ? undefined : asked.expiration_date],
  ] as const satisfies readonly Fact[];
}

function archiveRows({ archived }: Certificate): readonly Fact[] | string {
  if (!archived) return 'There is none.';
  return [
    ['archived', archived.at],
    ['checked in S3', archived.proved_at],
    ['object', `s3://${archived.bucket}/${archived.key}`],
    ['version', archived.version_id],
    ['size', `${archived.size_bytes} bytes`],
    ['CRC32 (base64)', archived.crc32],
    ['storage class', archived.storage_class],
    ['manifest', archived.manifest_key],
    ['manifest names the same object', AGREEMENT[String(archived.manifest_agrees)]],
  ];
}

const AGREEMENT: Readonly<Record<string, string>> = { true: 'yes', false: 'no', undefined: 'not read' };

const CHECKED = 'The archive was checked in S3 again, at most 60 s before this call to Mux.';
const NO_COPY = 'None of a copy: the request wanted none, so nothing was checked in S3.';

const MODE_WORDS: Readonly<Record<string, string>> = {
  archive_only: 'archive_only: a copy, and no deletion',
  delete_only: 'delete_only: a deletion WITHOUT a copy',
};

function deletionRows({ asked, deleted }: Certificate): readonly Fact[] | string {
  if (!deleted) return 'Icehouse has deleted nothing of it from Mux.';
  return [
    ['deleted', deleted.at],
    ['cause', deleted.cause],
    ["Mux's request id", deleted.platform_request_id ?? 'not known'],
    ...(deleted.platform_request_id
      ? [['proof', asked.mode === 'delete_only' ? NO_COPY : CHECKED] as const]
      : []),
  ];
}

function historyRow({ at, from, to, cause, actor, principal, request_id, in_trail }: CertifiedEntry): string {
  const what = from === to ? `noted while ${to}` : `${from ?? 'new'} → ${to}`;
  const by = principal && principal !== actor ? `${actor} (${principal})` : actor;
  const cells = [at, what, cause, by, request_id ?? ''].map((text) => `<td>${escaped(text)}</td>`);
  return `<tr>${cells.join('')}<td>${STANDINGS[in_trail]}</td></tr>`;
}

function closing({ history }: Certificate): string {
  if (history.some(({ in_trail }) => in_trail === 'unread'))
    return 'The audit trail was not asked: this page rests on the ledger alone.';
  const found = history.filter(({ in_trail }) => in_trail === 'same').length;
  const kept = `${found} of ${history.length} entries are in the audit trail of the vault word for word`;
  return `${kept}. An entry may be missing because it is older than the trail, or only some seconds old.`;
}
