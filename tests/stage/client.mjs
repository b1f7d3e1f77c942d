// The official web client in a page, whatever browser the page is in.

// Runs in the page: what the tests need of the client.
export function prepare() {
  const { Stage, LocalStageStream, SubscribeType, StageEvents } = globalThis.IVSBroadcastClient;
  const seen = { participants: {}, errors: [], left: null, mutes: [], frames: {} };
  const watch = (id, track) => {
    const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true, width: 320 });
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
    const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    let last = "";
    seen.frames[id] = 0;
    const next = () => {
      pen.drawImage(video, 0, 0, 32, 24);
      const now = pen.getImageData(0, 0, 32, 24).data.join();
      // Only a picture that differs from the one before counts.
      if (now !== last) seen.frames[id] += 1;
      seen.width = video.videoWidth;
      last = now;
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    video.play().catch(() => {});
  };
  globalThis.seen = seen;
  const shared = (token) => (globalThis.connection ??= new globalThis.IVSBroadcastClient.RealTimeConnection(token));
  globalThis.enter = async (token, { publish = true, configuration, connectionToken } = {}) => {
    const media = publish ? await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } }) : null;
    const streams = (media?.getTracks() ?? []).map((track) => new LocalStageStream(track, track.kind === "video" ? configuration : undefined));
    const stage = new Stage(token, {
      stageStreamsToPublish: () => streams,
      shouldPublishParticipant: () => streams.length > 0,
      shouldSubscribeToParticipant: () => SubscribeType.AUDIO_VIDEO,
      preferredLayerForStream: (_, stream) => {
        if (seen.prefer === "lowest") return stream.getLowestQualityLayer();
        return seen.prefer === "highest" ? stream.getHighestQualityLayer() : undefined;
      },
    }, connectionToken && { connection: shared(connectionToken) });
    const note = (participant) => {
      seen.participants[participant.id] = {
        userId: participant.userId, attributes: participant.attributes, isPublishing: participant.isPublishing,
        audioMuted: participant.audioMuted, videoStopped: participant.videoStopped, isLocal: participant.isLocal,
      };
    };
    for (const name of Object.keys(StageEvents)) {
      stage.on(StageEvents[name], (first) => first?.id && note(first));
    }
    stage.on(StageEvents.STAGE_PARTICIPANT_LEFT, (participant) => delete seen.participants[participant.id]);
    stage.on(StageEvents.STAGE_PARTICIPANT_STREAMS_ADDED, (participant, added) => {
      for (const stream of added) {
        if (!participant.isLocal && stream.mediaStreamTrack.kind === "video") watch(participant.id, stream.mediaStreamTrack);
      }
    });
    stage.on(StageEvents.STAGE_STREAM_MUTE_CHANGED, (participant, stream) => seen.mutes.push([participant.id, stream.mediaStreamTrack.kind, stream.isMuted]));
    if (StageEvents.STAGE_LEFT) stage.on(StageEvents.STAGE_LEFT, (reason) => { seen.left = String(reason); });
    if (StageEvents.ERROR) stage.on(StageEvents.ERROR, (error) => seen.errors.push({ code: error.code, name: error.name, message: error.message }));
    Object.assign(globalThis, { stage, streams });
    try {
      await stage.join();
      return null;
    } catch (error) {
      return { code: error.code, name: error.name, message: error.message };
    }
  };
}

// Joins a stage, and publishes unless the options say otherwise.
export async function enter(page, token, options) {
  const error = await page.evaluate(([token, options]) => globalThis.enter(token, options), [token, options]);
  if (error) throw Object.assign(new Error(`${error.message}; said: ${page.said.slice(-10).join("\n")}`), error);
}
