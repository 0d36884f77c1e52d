// The request bodies an archiver sends, as Mux's reference describes them; parsed once, refused with 400.
import { z } from 'zod';
import { badRequest } from './answers.ts';

const policy = z.enum(['public', 'signed', 'drm']);
const codePoints = (most: number) =>
  z.string().refine((text) => [...text].length <= most, `at most ${most} code points`);
const passthrough = z.string().max(255);
const meta = z.object({
  title: codePoints(512).optional(),
  creator_id: codePoints(128).optional(),
  external_id: codePoints(128).optional(),
});

const playbackId = z
  .object({ policy, drm_configuration_id: z.string().optional() })
  .refine(
    (id) => (id.policy === 'drm') === (id.drm_configuration_id !== undefined),
    'drm needs a drm_configuration_id',
  );

const staticRendition = z.object({
  resolution: z.enum([
    'highest',
    'audio-only',
    '2160p',
    '1440p',
    '1080p',
    '720p',
    '540p',
    '480p',
    '360p',
    '270p',
  ]),
  passthrough: passthrough.optional(),
});

const trackNames = {
  language_code: z.string().min(2),
  name: z.string().optional(),
  closed_captions: z.boolean().optional(),
  passthrough: passthrough.optional(),
};

const url = z.string().regex(/^https?:\/\//, 'must be an http or https URL');

const input = z.looseObject({
  url,
  type: z.enum(['video', 'audio', 'text']).optional(),
  text_type: z.literal('subtitles').optional(),
  overlay_settings: z.record(z.string(), z.string()).optional(),
  ...trackNames,
  language_code: trackNames.language_code.optional(),
});

const createAsset = z
  .object({
    inputs: z.array(input).min(1).optional(),
    input: z.array(input).min(1).optional(),
    playback_policies: z.array(policy.exclude(['drm'])).optional(),
    playback_policy: z.array(policy.exclude(['drm'])).optional(),
    advanced_playback_policies: z.array(playbackId).optional(),
    passthrough: passthrough.optional(),
    meta: meta.optional(),
    max_resolution_tier: z.enum(['1080p', '1440p', '2160p']).default('1080p'),
    video_quality: z.enum(['basic', 'plus', 'premium']).default('plus'),
    static_renditions: z.array(staticRendition).optional(),
    mp4_support: z
      .enum(['none', 'standard', 'capped-1080p', 'audio-only', 'audio-only,capped-1080p'])
      .optional(),
    normalize_audio: z.boolean().optional(),
    master_access: z.enum(['none', 'temporary']).default('none'),
    test: z.boolean().optional(),
    directives: z.array(z.object({ id: z.string() })).optional(),
    generate_shots: z.boolean().optional(),
  })
  .refine(({ inputs, input }) => inputs ?? input, 'inputs is required')
  .refine(
    ({ static_renditions, mp4_support }) => !(static_renditions && mp4_support),
    'static_renditions or mp4_support, not both',
  )
  .refine(
    ({ video_quality, advanced_playback_policies }) =>
      video_quality !== 'basic' || !advanced_playback_policies?.some((id) => id.policy === 'drm'),
    'basic does not support DRM',
  )
  .refine(
    ({ inputs, input }) =>
      (inputs ?? input ?? []).slice(1).every((one) => isPlainOverlay(one) || one.language_code),
    'language_code is required for text and audio inputs',
  );

function isPlainOverlay({ type }: { type?: string | undefined }): boolean {
  return type === undefined || type === 'video';
}

const updateAsset = z.object({
  passthrough: passthrough.optional(),
  meta: meta.optional(),
  thumbnail_time: z.number().min(0).optional(),
});

const createTrack = z.object({
  url,
  type: z.enum(['text', 'audio']),
  text_type: z.literal('subtitles').optional(),
  ...trackNames,
});

const updateTrack = z.object(trackNames).partial();

export type CreateAsset = z.infer<typeof createAsset>;
export type CreateTrack = z.infer<typeof createTrack>;
export type UpdateTrack = z.infer<typeof updateTrack>;
export type CreatePlaybackId = z.infer<typeof playbackId>;
export type CreateStaticRendition = z.infer<typeof staticRendition>;

export const parse = {
  createAsset: (body: unknown) => parsed(createAsset, body),
  updateAsset: (body: unknown) => parsed(updateAsset, body),
  createTrack: (body: unknown) => parsed(createTrack, body),
  updateTrack: (body: unknown) => parsed(updateTrack, body),
  createPlaybackId: (body: unknown) => parsed(playbackId, body),
  createStaticRendition: (body: unknown) => parsed(staticRendition, body),
};

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw badRequest(
    result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  );
}
