// What Chromium does in the measured calls: the same as our engine.
const made = [];

const peer = () => {
  const connection = new RTCPeerConnection();
  made.push(connection);
  return connection;
};

const gathered = (connection) => new Promise((done) => {
  const look = () => connection.iceGatheringState === "complete" && done();
  connection.addEventListener("icegatheringstatechange", look);
  look();
});

const connected = (connection) => new Promise((done) => {
  const look = () => connection.connectionState === "connected" && done();
  connection.addEventListener("connectionstatechange", look);
  look();
});

const played = (connection) => connection.addEventListener("track", ({ track }) => {
  const audio = new Audio();
  audio.srcObject = new MediaStream([track]);
  audio.play();
  connection.played = audio;
});

const offering = async (stream) => {
  const connection = peer();
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  await connection.setLocalDescription(await connection.createOffer());
  await gathered(connection);
  return connection;
};

window.media = {
  async openMicrophone(processed) {
    const audio = {
      echoCancellation: processed,
      noiseSuppression: processed,
      autoGainControl: processed,
    };
    this.microphone = await navigator.mediaDevices.getUserMedia({ audio });
  },
  closeMicrophone() {
    for (const track of this.microphone.getTracks()) track.stop();
  },
  async offers() {
    this.call = await offering(this.microphone);
    played(this.call);
    return this.call.localDescription.sdp;
  },
  async answered(sdp) {
    const began = performance.now();
    await this.call.setRemoteDescription({ type: "answer", sdp });
    await connected(this.call);
    return performance.now() - began;
  },
  hangUp() {
    for (const connection of made.splice(0)) {
      if (connection.played) connection.played.srcObject = null;
      connection.close();
    }
  },
  async callItself() {
    const from = await offering(this.microphone);
    const to = peer();
    played(to);
    await to.setRemoteDescription(from.localDescription);
    await to.setLocalDescription(await to.createAnswer());
    await gathered(to);
    await from.setRemoteDescription(to.localDescription);
    await connected(from);
  },
};
