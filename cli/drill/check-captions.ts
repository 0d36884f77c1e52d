// Whether a text is WebVTT, as https://www.w3.org/TR/webvtt1/ has it: signature, blocks, timings. Pure.

export type CaptionsVerdict =
  | { readonly ok: true; readonly cues: number }
  | { readonly ok: false; readonly why: string };

const TIME = '(?:(\\d{2,}):)?([0-5]\\d):([0-5]\\d)\\.(\\d{3})';
const TIMING = new RegExp(`^${TIME}[ \\t]+-->[ \\t]+${TIME}(?:[ \\t].*)?$`);

export function checkCaptions(body: Uint8Array): CaptionsVerdict {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return { ok: false, why: 'it is not UTF-8' };
  }
  const lines = text.split(/\r\n|\n|\r/);
  if (!/^WEBVTT(?:[ \t].*)?$/.test(lines[0] ?? ''))
    return { ok: false, why: 'it does not begin with WEBVTT' };
  let cues = 0;
  for (const [index, line] of lines.entries()) {
    if (!line.includes('-->')) continue;
    const times = TIMING.exec(line)?.slice(1);
    if (!times)
      return { ok: false, why: `line ${index + 1} is no timing: ${JSON.stringify(line.slice(0, 80))}` };
    if (secondsOf(times.slice(4)) < secondsOf(times.slice(0, 4))) {
      return { ok: false, why: `line ${index + 1} ends before it begins` };
    }
    cues += 1;
  }
  return { ok: true, cues };
}

function secondsOf(parts: readonly (string | undefined)[]): number {
  const [hours = 0, minutes = 0, seconds = 0, thousandths = 0] = parts.map((part) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds + thousandths / 1000;
}
