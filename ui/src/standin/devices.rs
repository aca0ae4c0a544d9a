//! Sound devices as `navigator.mediaDevices` tells them, and how one is chosen.

use protocol::media::{Device, DeviceId, DeviceKind, Processing};

/// The name of the entry that follows the system's choice.
const DEFAULT: &str = "Default";

/// What `enumerateDevices` gives. For each kind that there is, it begins with `default`, which the
/// SDK looks for.
pub(super) fn list(devices: Vec<Device>) -> Vec<Device> {
    let mut list = Vec::with_capacity(devices.len() + 2);
    for kind in [DeviceKind::Input, DeviceKind::Output] {
        let of_kind = || devices.iter().filter(|device| device.kind == kind);
        let known = of_kind().any(|device| device.id == DeviceId::system());
        if let (Some(first), false) = (of_kind().next(), known) {
            list.push(Device {
                id: DeviceId::system(),
                kind,
                label: DEFAULT.to_owned(),
                group: first.group.clone(),
            });
        }
        list.extend(of_kind().cloned());
    }
    list
}

/// The name of a kind. Source: W3C mediacapture-streams, `MediaDeviceKind`.
pub(super) fn kind_name(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Input => "audioinput",
        DeviceKind::Output => "audiooutput",
    }
}

/// What `getUserMedia` was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Which microphone.
    pub(super) device: DeviceId,
    /// Another will not do.
    pub(super) exact: bool,
    pub(super) processing: Processing,
}

impl Wanted {
    /// Which microphones to try, in order.
    pub(super) fn choices(&self) -> Vec<DeviceId> {
        let mut choices = vec![self.device.clone()];
        if !self.exact && self.device != DeviceId::system() {
            choices.push(DeviceId::system());
        }
        choices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, kind: DeviceKind) -> Device {
        Device {
            id: DeviceId(id.to_owned()),
            kind,
            label: format!("the {id}"),
            group: "g".to_owned(),
        }
    }

    fn ids(devices: &[Device]) -> Vec<(&str, DeviceKind)> {
        devices.iter().map(|d| (d.id.0.as_str(), d.kind)).collect()
    }

    #[test]
    fn each_kind_that_there_is_begins_with_the_default() {
        let listed = list(vec![
            device("speaker", DeviceKind::Output),
            device("mic", DeviceKind::Input),
            device("mic 2", DeviceKind::Input),
        ]);
        assert_eq!(
            ids(&listed),
            [
                ("default", DeviceKind::Input),
                ("mic", DeviceKind::Input),
                ("mic 2", DeviceKind::Input),
                ("default", DeviceKind::Output),
                ("speaker", DeviceKind::Output),
            ]
        );
        assert_eq!(list(listed.clone()), listed, "not twice");
    }

    #[test]
    fn no_microphone_has_no_default_either() {
        let listed = list(vec![device("speaker", DeviceKind::Output)]);
        assert!(
            listed
                .iter()
                .all(|device| device.kind == DeviceKind::Output)
        );
        assert!(list(Vec::new()).is_empty());
    }

    #[test]
    fn only_a_wish_gives_way_to_the_default() {
        let wanted = |id: &str, exact| Wanted {
            device: DeviceId(id.to_owned()),
            exact,
            processing: Processing::default(),
        };
        assert_eq!(wanted("mic", true).choices(), [DeviceId("mic".to_owned())]);
        assert_eq!(wanted("mic", false).choices().len(), 2);
        assert_eq!(wanted("default", false).choices(), [DeviceId::system()]);
    }
}
