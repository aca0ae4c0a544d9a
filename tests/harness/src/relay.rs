//! coturn as the relay of a [`Net`], with certificates of our own.

use crate::net::{Net, Place, RELAY, RELAYED};
use crate::process::Process;
use crate::{Artefacts, wait};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

/// Who may use the relay.
pub const USER: &str = "ann";
/// The password.
pub const PASSWORD: &str = "not-to-be-logged";

/// A certificate authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl Authority {
    /// Founds one.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        Self(CertifiedIssuer::self_signed(params, key).expect("a root can be made"))
    }

    /// Writes its own certificate for those who shall believe it (`SSL_CERT_FILE`).
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, file: &Path) {
        std::fs::write(file, self.0.pem()).expect("the certificate can be written");
    }

    /// Writes a certificate for `name` with its key.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn certify(&self, name: &str, certificate: &Path, key_file: &Path) {
        let key = KeyPair::generate().expect("a key can be made");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a good name");
        let leaf = params.signed_by(&key, &self.0).expect("it can be signed");
        std::fs::write(certificate, leaf.pem()).expect("the certificate can be written");
        std::fs::write(key_file, key.serialize_pem()).expect("the key can be written");
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// The relay, ended when dropped.
#[derive(Debug)]
pub struct Relay {
    _server: Process,
}

impl Relay {
    /// Starts it in the middle of the network, with a certificate of `authority` for `name`. It
    /// serves UDP and TCP on port 3478, TLS on 5349.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(
        net: &Net,
        authority: &Authority,
        name: &str,
        artefacts: &Artefacts,
    ) -> Self {
        let (certificate, key) = (artefacts.path("relay.pem"), artefacts.path("relay.key"));
        authority.certify(name, &certificate, &key);
        let mut command = Command::new("turnserver");
        command.args(["-n", "--no-cli", "--no-dtls", "--lt-cred-mech"]);
        command.args(["--log-file=stdout", "--simple-log", "--pidfile="]);
        command.args(["--listening-port=3478", "--tls-listening-port=5349"]);
        command.args(["--realm=handset.test", &format!("--user={USER}:{PASSWORD}")]);
        command.arg(format!("--listening-ip={RELAY}"));
        command.arg(format!("--relay-ip={RELAYED}"));
        command.arg(format!("--userdb={}", artefacts.path("turndb").display()));
        command.arg(format!("--cert={}", certificate.display()));
        command.arg(format!("--pkey={}", key.display()));
        let log = artefacts.path("turnserver.log");
        let server = net.inside(Place::Wide, || Process::start(&mut command, &log));
        wait::until("the relay", async || {
            net.inside(Place::Wide, || {
                for port in [3478, 5349] {
                    TcpStream::connect((RELAY, port))?;
                }
                Ok::<_, std::io::Error>(())
            })
        })
        .await;
        Self { _server: server }
    }
}
