// One HTML page that needs nothing else: to be printed, signed, handed over. The same always gives the same bytes.

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#111}' +
  'table{border-collapse:collapse;width:100%;margin:.5em 0 1.5em}td,th{border:1px solid #bbb;padding:.3em .6em;' +
  'text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f3f3f3;font-weight:600}' +
  '.facts th{width:14em}.bad{color:#a00;font-weight:600}@media print{body{margin:0}}';

/** `body`: HTML. */
export function htmlPage(heading: string, body: string): string {
  const title = escaped(heading);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
}

export type Fact = readonly [name: string, value: string | number | undefined];

/** Rows without a value are left out; a sentence stands in their place where there are none. */
export function facts(heading: string, rows: readonly Fact[] | string): string {
  const title = `<h2>${heading}</h2>`;
  if (typeof rows === 'string') return `${title}\n<p>${rows}</p>`;
  const told = rows.filter(([, value]) => value !== undefined);
  const lines = told.map(([name, value]) => `<tr><th>${name}</th><td>${escaped(String(value))}</td></tr>`);
  return `${title}\n<table class="facts">\n${lines.join('\n')}\n</table>`;
}

export function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (mark) => marks[mark] ?? mark);
}
