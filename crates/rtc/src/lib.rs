//! A native WebRTC audio peer
