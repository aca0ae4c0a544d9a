// Runs before the page's own scripts: keeps the peer connections, so that their statistics can be
// read, and the moments of signalling frames and clicks, so that delays can be measured. Of a
// frame only its type is kept: it may hold a token.
(() => {
  const peers = [];
  const frames = [];
  const clicks = [];
  // Every state that the page has shown, in order: some last only a moment.
  const states = [];
  const hooks = ['data-registration', 'data-screen', 'data-phase', 'data-cause', 'data-problem'];
  const see = (element) => {
    for (const hook of hooks) {
      const value = element.getAttribute?.(hook);
      if (value) states.push(`${hook.slice(5)}:${value}`);
    }
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'attributes') {
        const value = change.target.getAttribute(change.attributeName);
        if (value) states.push(`${change.attributeName.slice(5)}:${value}`);
      }
      for (const added of change.addedNodes) {
        see(added);
        for (const below of added.querySelectorAll?.('*') ?? []) see(below);
      }
    }
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: hooks,
  });
  const Peer = window.RTCPeerConnection;
  if (Peer) {
    window.RTCPeerConnection = class RTCPeerConnection extends Peer {
      constructor(...given) {
        super(...given);
        peers.push(this);
      }
    };
  }
  const note = (way, data) => {
    if (typeof data !== 'string') return;
    const type = /"type":"([a-z]+)"/.exec(data.slice(-120)) ?? /"type":"([a-z]+)"/.exec(data);
    if (type && frames.length < 5000) frames.push({ way, type: type[1], at: performance.now() });
  };
  const Socket = window.WebSocket;
  window.WebSocket = class WebSocket extends Socket {
    constructor(url, ...given) {
      super(url, ...given);
      if (!String(url).endsWith('/signal')) return;
      this.noted = true;
      this.addEventListener('message', (event) => note('in', event.data));
    }
    send(data) {
      if (this.noted) note('out', data);
      super.send(data);
    }
  };
  addEventListener(
    'click',
    (event) => {
      const id = event.target.closest?.('[id]')?.id;
      clicks.push({ id, at: performance.now() });
    },
    true,
  );
  const inbound = async () => {
    const sum = { energy: 0, duration_s: 0, packets: 0 };
    const open = peers.filter((peer) => peer.connectionState !== 'closed').at(-1);
    if (!open) return sum;
    for (const entry of (await open.getStats()).values()) {
      if (entry.type !== 'inbound-rtp' || entry.kind !== 'audio') continue;
      sum.energy += entry.totalAudioEnergy ?? 0;
      sum.duration_s += entry.totalSamplesDuration ?? 0;
      sum.packets += entry.packetsReceived ?? 0;
    }
    return sum;
  };
  // The strongest frequency of what the newest connection receives, in Hz.
  let ear;
  const pitch = () => {
    const open = peers.filter((peer) => peer.connectionState !== 'closed').at(-1);
    const track = open?.getReceivers()[0]?.track;
    if (!track) return 0;
    if (ear?.track !== track) {
      const context = new AudioContext();
      const node = context.createAnalyser();
      node.fftSize = 8192;
      context.createMediaStreamSource(new MediaStream([track])).connect(node);
      ear = { track, context, node };
    }
    const bins = new Float32Array(ear.node.frequencyBinCount);
    ear.node.getFloatFrequencyData(bins);
    const strongest = bins.indexOf(Math.max(...bins));
    return (strongest * ear.context.sampleRate) / ear.node.fftSize;
  };
  // From now until sound louder than `rms` is received, in milliseconds of the page's clock.
  const soundAt = async (rms) => {
    let before = await inbound();
    for (;;) {
      await new Promise((done) => setTimeout(done, 4));
      const now = await inbound();
      const duration = now.duration_s - before.duration_s;
      if (duration > 0 && Math.sqrt((now.energy - before.energy) / duration) > rms) {
        return performance.now();
      }
      before = now;
    }
  };
  Object.defineProperty(window, 'harness', {
    value: { peers, frames, states, clicks, inbound, pitch, soundAt },
  });
})();
