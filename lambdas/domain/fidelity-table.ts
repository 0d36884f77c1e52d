// The answer to every attribute of a Mux asset: whether a restore brings it back, by which call, and what is lost. Pure data.
// A test reads the types of Mux's SDK and fails for an attribute or a value that has no answer here.

/**
 * `set`: a parameter of the create. `after`: a further call once the asset is ready. `derived`: Mux computes it again, and
 * may come to something else. `lost`: cannot be put back; the manifest keeps it. `not-restored`: left out on purpose.
 */
export type FidelityVerdict = 'set' | 'after' | 'derived' | 'lost' | 'not-restored';

export interface Fidelity<Value extends string = string> {
  readonly verdict: FidelityVerdict;
  /** The parameter, the call, or who computes it. */
  readonly how: string;
  readonly note?: string;
  /** Every value that Mux knows, with words where it does not come back as it was. */
  readonly values?: Readonly<Record<Value, string>>;
  /** Where the old asset had none, Mux chooses one by itself. */
  readonly isFilledIn?: true;
  /** Something else stands in its place nowadays: the new asset may go without it. */
  readonly isDeprecated?: true;
}

type More<Value extends string> = Omit<Fidelity<Value>, 'verdict' | 'how'>;

const say =
  (verdict: FidelityVerdict) =>
  <Value extends string = never>(how: string, more: More<Value> = {}): Fidelity<Value> => ({
    verdict,
    how,
    ...more,
  });
const set = say('set');
const after = say('after');
const derived = say('derived');
const lost = say('lost');
const notRestored = say('not-restored');

/** Values that come back, or not, as their attribute does. */
function each<Value extends string>(...values: readonly Value[]): Readonly<Record<Value, string>> {
  return Object.fromEntries(values.map((value) => [value, ''])) as Record<Value, string>;
}

const FROM_MASTER = 'Mux, from the master';
const BY_MUX = 'Mux, as it processes the asset';
const NEW_ID = 'Mux gives a new one';
const LIVE = 'An asset cannot be tied to a live stream again.';
const OF_FILE = 'Mux, as it encodes the file again';
const INPUT = 'Mux, from the master it is given';
const RESOLUTIONS = each(
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
);

/** By path in the JSON of `GET /video/v1/assets/{id}`; `[]` stands for any position. */
export const FIDELITY = {
  id: lost(NEW_ID, { note: 'GET /v1/assets/{id} leads from every former id to the current one.' }),
  created_at: lost('the time of the restore'),
  status: derived(BY_MUX, { values: each('preparing', 'ready', 'errored') }),
  'progress.state': derived(BY_MUX, {
    values: each('ingesting', 'transcoding', 'completed', 'live', 'errored'),
  }),
  'progress.progress': derived(BY_MUX),
  duration: derived(FROM_MASTER, { note: 'More than a second of difference is reported.' }),
  aspect_ratio: derived(FROM_MASTER),
  resolution_tier: derived('Mux, from master and max_resolution_tier', {
    values: each('audio-only', '720p', '1080p', '1440p', '2160p'),
  }),
  max_stored_resolution: derived(FROM_MASTER, { values: each('Audio only', 'SD', 'HD', 'FHD', 'UHD') }),
  max_stored_frame_rate: derived(FROM_MASTER, { note: '-1 where Mux cannot tell.' }),
  max_resolution_tier: set('max_resolution_tier', {
    note: 'Always named: the default of 1080p would shrink a larger video.',
    values: each('1080p', '1440p', '2160p'),
    isFilledIn: true,
  }),
  video_quality: set('video_quality', {
    note: 'Always named: the default of the account may have changed. plus and premium are charged for encoding again.',
    values: each('basic', 'plus', 'premium'),
    isFilledIn: true,
  }),
  encoding_tier: set('video_quality', {
    note: 'Replaced by video_quality; the two are never sent together.',
    values: { baseline: 'as basic', smart: 'as plus', premium: 'as premium' },
    isFilledIn: true,
    isDeprecated: true,
  }),
  'playback_ids[].id': lost(NEW_ID, {
    note: 'Stored URLs, embeds and signed tokens break. GET /v1/playback-ids/{id} leads from the old id to the new one.',
  }),
  'playback_ids[].policy': set('playback_policies or advanced_playback_policies', {
    note: 'Further ids of one policy are added by POST …/playback-ids once the asset is ready.',
    values: each('public', 'signed', 'drm'),
  }),
  'playback_ids[].drm_configuration_id': set('advanced_playback_policies[].drm_configuration_id', {
    note: 'The configuration must still exist in the environment.',
  }),
  'tracks[].id': lost(NEW_ID, { note: 'GET /v1/tracks/{id} leads from the old id to the new one.' }),
  'tracks[].type': set('inputs[].type', { values: each('video', 'audio', 'text') }),
  'tracks[].status': derived(BY_MUX, {
    note: 'Text tracks that were not ready are not brought back.',
    values: each('preparing', 'ready', 'errored', 'deleted'),
  }),
  'tracks[].name': set('inputs[].name, or PATCH …/tracks/{id}', {
    note: 'Made unique among the text tracks, as Mux wants it.',
    isFilledIn: true,
  }),
  'tracks[].language_code': set('inputs[].language_code, or PATCH …/tracks/{id}', {
    note: 'A text without a language comes back as "und", which Mux requires.',
    isFilledIn: true,
  }),
  'tracks[].closed_captions': set('inputs[].closed_captions'),
  'tracks[].text_type': set('inputs[].text_type', { values: each('subtitles'), isFilledIn: true }),
  'tracks[].passthrough': set('inputs[].passthrough'),
  'tracks[].primary': derived('the audio of the master'),
  'tracks[].duration': derived(FROM_MASTER),
  'tracks[].max_width': derived(FROM_MASTER),
  'tracks[].max_height': derived(FROM_MASTER),
  'tracks[].max_frame_rate': derived(FROM_MASTER),
  'tracks[].max_channels': derived(FROM_MASTER, {
    note: 'Whether more than two channels are in the master is stated nowhere.',
  }),
  'tracks[].text_source': lost('uploaded', {
    note: 'The saved text is uploaded: recognizing the speech again would give another one.',
    values: {
      uploaded: '',
      embedded: 'becomes uploaded',
      generated_vod: 'becomes uploaded',
      generated_live: 'becomes uploaded, unless a final transcript takes its place',
      generated_live_final: 'becomes uploaded',
    },
  }),
  'tracks[].auto_language_confidence': lost('no speech is recognized again'),
  'errors.type': derived(BY_MUX),
  'errors.messages[]': derived(BY_MUX),
  upload_id: lost('the new asset is made from a URL'),
  ingest_type: lost('on_demand_url', {
    values: {
      on_demand_url: '',
      on_demand_direct_upload: 'becomes on_demand_url',
      on_demand_clip: 'becomes on_demand_url',
      live_rtmp: 'becomes on_demand_url',
      live_srt: 'becomes on_demand_url',
    },
  }),
  is_live: lost('never true of a restored asset', { note: LIVE }),
  live_stream_id: lost('kept in the manifest', { note: LIVE }),
  'recording_times[].started_at': lost('kept in the manifest', { note: LIVE }),
  'recording_times[].duration': lost('kept in the manifest', { note: LIVE }),
  'recording_times[].type': lost('kept in the manifest', { note: LIVE, values: each('content', 'slate') }),
  source_asset_id: lost('kept in the manifest', { note: 'A clip has media of its own, which is restored.' }),
  passthrough: set('passthrough', { note: 'Letter by letter, from the first webhook on.' }),
  'meta.title': set('meta.title'),
  'meta.creator_id': set('meta.creator_id'),
  'meta.external_id': set('meta.external_id', { note: 'Letter by letter, from the first webhook on.' }),
  master_access: derived('none', {
    note: 'Icehouse opened it for the copy; Mux closes it.',
    values: { temporary: 'becomes none', none: '' },
  }),
  'master.status': derived('gone with master_access', { values: each('ready', 'preparing', 'errored') }),
  'master.url': notRestored('gone with master_access', { note: 'A secret: never stored.' }),
  mp4_support: set('static_renditions', {
    note: 'Replaced by static_renditions; the file names change.',
    values: {
      none: '',
      standard: 'as highest (audio-only for audio)',
      'capped-1080p': 'as 1080p of a larger asset, else as highest (audio-only for audio)',
      'audio-only': 'as audio-only',
      'audio-only,capped-1080p': 'as audio-only and capped-1080p',
    },
    isDeprecated: true,
  }),
  'static_renditions.status': derived('Mux', {
    note: 'Of mp4_support only.',
    values: each('ready', 'preparing', 'disabled', 'errored'),
  }),
  'static_renditions.files[].id': lost(NEW_ID),
  'static_renditions.files[].resolution': set('static_renditions[].resolution', {
    note: 'Sizes beside highest are asked for by POST …/static-renditions afterwards.',
    values: RESOLUTIONS,
  }),
  'static_renditions.files[].passthrough': set('static_renditions[].passthrough'),
  'static_renditions.files[].status': derived(OF_FILE, {
    note: 'What was skipped or had failed is not asked for again.',
    values: each('ready', 'preparing', 'skipped', 'errored'),
  }),
  'static_renditions.files[].name': derived(OF_FILE, {
    values: {
      ...each('highest.mp4', 'audio.m4a', '2160p.mp4', '1440p.mp4', '1080p.mp4', '720p.mp4'),
      ...each('540p.mp4', '480p.mp4', '360p.mp4', '270p.mp4'),
      'low.mp4': 'not made any more',
      'medium.mp4': 'not made any more',
      'high.mp4': 'as highest.mp4',
      'capped-1080p.mp4': 'as 1080p.mp4 or highest.mp4',
    },
  }),
  'static_renditions.files[].ext': derived(OF_FILE, { values: each('mp4', 'm4a') }),
  'static_renditions.files[].type': derived(OF_FILE, { values: each('standard', 'advanced') }),
  'static_renditions.files[].resolution_tier': derived(OF_FILE, {
    values: each('2160p', '1440p', '1080p', '720p', 'audio-only'),
  }),
  'static_renditions.files[].bitrate': derived(OF_FILE),
  'static_renditions.files[].filesize': derived(OF_FILE),
  'static_renditions.files[].width': derived(OF_FILE),
  'static_renditions.files[].height': derived(OF_FILE),
  normalize_audio: set('normalize_audio', {
    note: 'Whether the master holds the normalized audio is stated nowhere; a second pass to the same loudness changes little.',
  }),
  'non_standard_input_reasons.audio_codec': derived(INPUT),
  'non_standard_input_reasons.audio_edit_list': derived(INPUT, { values: each('non-standard') }),
  'non_standard_input_reasons.pixel_aspect_ratio': derived(INPUT),
  'non_standard_input_reasons.unexpected_media_file_parameters': derived(INPUT, {
    values: each('non-standard'),
  }),
  'non_standard_input_reasons.unsupported_pixel_format': derived(INPUT),
  'non_standard_input_reasons.video_bitrate': derived(INPUT, { values: each('high') }),
  'non_standard_input_reasons.video_codec': derived(INPUT),
  'non_standard_input_reasons.video_edit_list': derived(INPUT, { values: each('non-standard') }),
  'non_standard_input_reasons.video_frame_rate': derived(INPUT),
  'non_standard_input_reasons.video_gop_size': derived(INPUT, { values: each('high') }),
  'non_standard_input_reasons.video_resolution': derived(INPUT),
  test: notRestored('test assets are not archived', {
    note: 'Mux removes them after 24 hours.',
  }),
  generate_shots: set('generate_shots, or POST …/shots', {
    note: 'Also where the shots were asked for after the upload.',
  }),
  'shots.status': derived(BY_MUX, {
    values: each('pending', 'completed', 'errored', 'skipped', 'deleted'),
  }),
  'shots.errors.type': derived(BY_MUX),
  'shots.errors.messages[]': derived(BY_MUX),
  'shots.shots_manifest_url': derived(BY_MUX, { note: 'The shots are found again, under a new URL.' }),
  'directives[].id': notRestored('directives', {
    note: 'Setting them would run paid Mux Robots jobs once more.',
  }),
  thumbnail_time: after('PATCH …/assets/{id}'),
  // Not in the SDK's types, but seen in Mux's answers and examples.
  updated_at: derived('Mux'),
  'tracks[].max_channel_layout': derived(FROM_MASTER),
} as const satisfies Readonly<Record<string, Fidelity>>;

/** What is not on the asset and matters all the same. */
export const BEYOND_THE_ASSET: readonly (Fidelity & { readonly what: string })[] = [
  {
    what: 'The video itself',
    ...derived('inputs[0].url', {
      note: 'The master in the vault goes back byte by byte; Mux encodes it for players again.',
    }),
  },
  {
    what: 'Text tracks',
    ...set('inputs[] of type text', { note: 'The archived WebVTT files go back byte by byte.' }),
  },
  {
    what: 'Audio tracks beside the primary one',
    ...lost('-', {
      note: 'The master holds the primary audio only. Said beforehand: ADDITIONAL_AUDIO_TRACK.',
    }),
  },
  {
    what: 'Overlays and watermarks (inputs[].overlay_settings of input-info)',
    ...lost('kept in the manifest', {
      note: 'Whether the master already shows them is stated nowhere, and a second one would double them. Said beforehand: OVERLAY.',
    }),
  },
  {
    what: 'Generated subtitles (inputs[].generated_subtitles of input-info)',
    ...notRestored('their saved text is uploaded', { note: 'Generating them again would change the text.' }),
  },
  {
    what: 'Views and engagement in Mux Data, annotations',
    ...lost('stay with the old ids', { note: 'Mux Data keeps them under the old asset and playback ids.' }),
  },
  {
    what: 'Signing keys, playback restrictions, DRM configurations',
    ...derived('untouched', {
      note: 'They belong to the environment. Tokens name a playback id: sign new ones for the new ids.',
    }),
  },
  {
    what: 'Chapters, summaries and other output of Mux Robots',
    ...lost('not on the asset', { note: 'The application that asked for them keeps them.' }),
  },
  {
    what: 'Attributes that Mux may add to assets one day',
    ...lost('kept in the manifest', { note: 'The manifest keeps the whole JSON, unknown keys included.' }),
  },
];
