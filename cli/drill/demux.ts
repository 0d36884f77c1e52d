// What a demuxer that we did not write makes of a file: its tracks, and how far their packets really go.
import { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input, type InputTrack } from 'mediabunny';

export interface DemuxedTrack {
  readonly type: string;
  readonly codec: string;
  /** Seconds, as the file's index says. */
  readonly saidSeconds: number;
  /** Where its last packet ends that is there with all its bytes. */
  readonly reachedSeconds: number;
  readonly packets: number;
}

export type Demuxed =
  | {
      readonly kind: 'media';
      readonly format: string;
      readonly seconds: number;
      readonly tracks: readonly DemuxedTrack[];
    }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads every packet of every track. */
export async function demux(path: string): Promise<Demuxed> {
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  try {
    const format = (await input.getFormat()).name;
    const tracks: DemuxedTrack[] = [];
    for (const track of await input.getTracks()) tracks.push(await walk(track));
    return { kind: 'media', format, seconds: await input.computeDuration(), tracks };
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  } finally {
    input.dispose();
  }
}

async function walk(track: InputTrack): Promise<DemuxedTrack> {
  let packets = 0;
  let reachedSeconds = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    packets += 1;
    // Frames come in the order of decoding, so the last is not the latest.
    reachedSeconds = Math.max(reachedSeconds, packet.timestamp + packet.duration);
  }
  const codec = (await track.getCodec()) ?? 'unknown codec';
  return { type: track.type, codec, saidSeconds: await track.computeDuration(), reachedSeconds, packets };
}
