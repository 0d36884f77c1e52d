// The calls that finish a restored asset, one for each step: which verb class each is paid from, and its body in Mux's words.
import type Mux from '@mux/mux-node';
import type { FinishingStep } from '../domain/finishing-steps.ts';
import type { Verb } from './governor.ts';
import type { Send } from './mux-call.ts';

export interface FinishingCall {
  /** Names the call in errors and logs. */
  readonly what: string;
  readonly verb: Verb;
  readonly ask: Send<unknown>;
}

type PlaybackIdBody = Mux.Video.AssetCreatePlaybackIdParams;
type RenditionBody = Mux.Video.AssetCreateStaticRenditionParams;

/** The SDK's unions name the policies and resolutions of its own day; ours are what Mux itself said of the old asset. */
export function finishingCall(assetId: string, step: FinishingStep): FinishingCall {
  switch (step.kind) {
    case 'thumbnail':
      return {
        what: `set thumbnail time of ${assetId}`,
        verb: 'other',
        ask: ({ video }) => video.assets.update(assetId, { thumbnail_time: step.seconds }),
      };
    case 'track':
      return {
        what: `set ${Object.keys(step.change).join(', ')} of track ${step.trackId}`,
        verb: 'other',
        ask: ({ video }) => video.assets.updateTrack(assetId, step.trackId, step.change),
      };
    case 'text':
      return {
        what: `add the text track "${step.input.name ?? step.input.language_code}" to ${assetId}`,
        verb: 'post',
        ask: ({ video }) => video.assets.createTrack(assetId, step.input),
      };
    case 'playback-id':
      return {
        what: `add a ${step.policy.policy} playback id to ${assetId}`,
        verb: 'post',
        ask: ({ video }) => video.assets.createPlaybackId(assetId, step.policy as PlaybackIdBody),
      };
    case 'rendition':
      return {
        what: `add the static rendition ${step.rendition.resolution} to ${assetId}`,
        verb: 'post',
        ask: ({ video }) => video.assets.createStaticRendition(assetId, step.rendition as RenditionBody),
      };
    case 'shots':
      return {
        what: `find the shots of ${assetId}`,
        verb: 'post',
        ask: ({ video }) => video.assets.generateShots(assetId),
      };
  }
}
