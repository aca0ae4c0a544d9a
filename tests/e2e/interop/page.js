// A bare page with one peer connection at a time, and an ear on what it receives.
const ear = new AudioContext();

const gathered = (call) => new Promise((done) => {
  const look = () => call.iceGatheringState === "complete" && done();
  call.addEventListener("icegatheringstatechange", look);
  look();
});

const described = async (call, description) => {
  await call.setLocalDescription(description);
  await gathered(call);
  return call.localDescription.sdp;
};

window.far = {
  async open(codecs) {
    this.closes();
    this.microphone ??= await navigator.mediaDevices.getUserMedia({ audio: true });
    await ear.resume();
    const call = new RTCPeerConnection();
    const [track] = this.microphone.getTracks();
    this.sender = call.addTrack(track, this.microphone);
    const known = RTCRtpSender.getCapabilities("audio").codecs;
    const chosen = codecs.flatMap((name) => known.filter(({ mimeType }) => mimeType === name));
    const keys = known.filter(({ mimeType }) => mimeType === "audio/telephone-event");
    call.getTransceivers()[0].setCodecPreferences([...chosen, ...keys]);
    call.addEventListener("track", ({ track }) => {
      const stream = new MediaStream([track]);
      // Chromium fetches the sound of a call only for an element that plays it.
      const audio = new Audio();
      audio.muted = true;
      audio.srcObject = stream;
      audio.play();
      this.analyser = ear.createAnalyser();
      this.analyser.fftSize = 16384;
      ear.createMediaStreamSource(stream).connect(this.analyser);
    });
    this.call = call;
  },
  async offers(restart) {
    return described(this.call, await this.call.createOffer({ iceRestart: restart }));
  },
  async answers(sdp) {
    await this.call.setRemoteDescription({ type: "offer", sdp });
    return described(this.call, await this.call.createAnswer());
  },
  takes(sdp) {
    return this.call.setRemoteDescription({ type: "answer", sdp });
  },
  descriptions() {
    return [this.call.localDescription.sdp, this.call.remoteDescription.sdp];
  },
  presses(keys) {
    this.sender.dtmf.insertDTMF(keys, 100, 70);
  },
  mutes(muted) {
    this.microphone.getTracks()[0].enabled = !muted;
  },
  closes() {
    this.call?.close();
  },
  state() {
    return this.call.connectionState;
  },
  async statistics() {
    return [...(await this.call.getStats()).values()];
  },
  // How loud it is, and which part of the energy is this tone.
  hears(hz) {
    const sound = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(sound);
    let [energy, sine, cosine] = [0, 0, 0];
    sound.forEach((sample, n) => {
      const angle = (2 * Math.PI * hz * n) / ear.sampleRate;
      energy += sample * sample;
      sine += sample * Math.sin(angle);
      cosine += sample * Math.cos(angle);
    });
    const share = energy ? (2 * (sine * sine + cosine * cosine)) / (energy * sound.length) : 0;
    return { rms: Math.sqrt(energy / sound.length), share };
  },
};
