// The certificate as one HTML page that needs nothing else: to be printed, signed, handed over. The same always gives the same bytes.
import type { Certificate, CertifiedEntry, Standing } from './certificate.ts';

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111}' +
  'table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}td,th{border:1px solid #bbb;padding:.3em .6em;' +
  'text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f3f3f3;font-weight:600}' +
  '.facts th{width:14em}.bad{color:#a00;font-weight:600}@media print{body{margin:0}}';

const STANDINGS: Readonly<Record<Standing, string>> = {
  same: 'same',
  differs: '<span class="bad">differs</span>',
  missing: '<span class="bad">missing</span>',
  unread: 'not asked',
};

export function certificatePage(certificate: Certificate): string {
  const { asset_id, summary, as_of, history } = certificate;
  const heading = `Certificate for video ${escaped(asset_id)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${heading}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${heading}</h1>
<p>${escaped(summary)}</p>
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
<p>${closing(certificate)}</p>
</body>
</html>
`;
}

type Fact = readonly [name: string, value: string | number | undefined];

function facts(heading: string, rows: readonly Fact[] | string): string {
  const title = `<h2>${heading}</h2>`;
  if (typeof rows === 'string') return `${title}\n<p>${rows}</p>`;
  const told = rows.filter(([, value]) => value !== undefined);
  const lines = told.map(([name, value]) => `<tr><th>${name}</th><td>${escaped(String(value))}</td></tr>`);
  return `${title}\n<table class="facts">\n${lines.join('\n')}\n</table>`;
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
    ['to be deleted from', asked.expiration_date],
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

function deletionRows({ deleted }: Certificate): readonly Fact[] | string {
  if (!deleted) return 'Icehouse has deleted nothing of it from Mux.';
  return [
    ['deleted', deleted.at],
    ['cause', deleted.cause],
    ["Mux's request id", deleted.platform_request_id ?? 'not known'],
    ...(deleted.platform_request_id
      ? [['proof', 'The archive was checked in S3 again, at most 60 s before this call to Mux.'] as const]
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

function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (mark) => marks[mark] ?? mark);
}
