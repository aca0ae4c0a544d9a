//! The calls themselves.

#![expect(
    unsafe_code,
    reason = "C functions of WebKitGTK that no crate binds; each call says why it is sound"
)]

use std::ffi::{CStr, c_char, c_int};
use std::marker::{PhantomData, PhantomPinned};
use webkit2gtk::Settings;
use webkit2gtk::ffi::WebKitSettings;
use webkit2gtk::glib::object::ObjectType;

/// One feature. Only WebKit makes them.
#[repr(C)]
struct WebKitFeature {
    _data: [u8; 0],
    _not_ours: PhantomData<(*mut u8, PhantomPinned)>,
}

/// A list of features, counted by reference. Only WebKit makes them.
#[repr(C)]
struct WebKitFeatureList {
    _data: [u8; 0],
    _not_ours: PhantomData<(*mut u8, PhantomPinned)>,
}

// The library is linked already, by webkit2gtk-sys.
unsafe extern "C" {
    fn webkit_settings_get_all_features() -> *mut WebKitFeatureList;
    fn webkit_settings_set_feature_enabled(
        settings: *mut WebKitSettings,
        feature: *mut WebKitFeature,
        enabled: c_int,
    );
    fn webkit_feature_list_get_length(list: *mut WebKitFeatureList) -> usize;
    fn webkit_feature_list_get(list: *mut WebKitFeatureList, index: usize) -> *mut WebKitFeature;
    fn webkit_feature_list_unref(list: *mut WebKitFeatureList);
    fn webkit_feature_get_identifier(feature: *mut WebKitFeature) -> *const c_char;
}

/// This WebKitGTK has no feature of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this WebKitGTK has no feature `{0}`")]
pub struct NoSuchFeature(pub String);

/// Switches the feature with this identifier (such as `HiddenPageDOMTimerThrottling`) on or off.
/// `Settings` can only be had on GTK's own thread, which is where these functions belong.
///
/// # Errors
/// When there is none of that name; nothing is changed then.
pub fn set(settings: &Settings, identifier: &str, on: bool) -> Result<(), NoSuchFeature> {
    let features = All::get();
    let Some(feature) = features.find(identifier) else {
        return Err(NoSuchFeature(identifier.to_owned()));
    };
    // SAFETY: `settings` is a live WebKitSettings for as long as it is borrowed, and `feature`
    // belongs to a list that lives until the end of this function; the call keeps neither.
    unsafe {
        webkit_settings_set_feature_enabled(settings.as_ptr(), feature, c_int::from(on));
    }
    Ok(())
}

/// All features; a reference of ours.
struct All(*mut WebKitFeatureList);

impl All {
    fn get() -> Self {
        // SAFETY: it takes nothing, and gives a list with a reference that is ours to give back.
        Self(unsafe { webkit_settings_get_all_features() })
    }

    /// The feature with this identifier; it lives as long as the list.
    fn find(&self, identifier: &str) -> Option<*mut WebKitFeature> {
        // SAFETY: the list lives as long as `self`.
        let length = unsafe { webkit_feature_list_get_length(self.0) };
        (0..length).find_map(|index| {
            // SAFETY: the list lives as long as `self`, and `index` is below its length.
            let feature = unsafe { webkit_feature_list_get(self.0, index) };
            // SAFETY: a feature of a living list is alive.
            let name = unsafe { webkit_feature_get_identifier(feature) };
            if name.is_null() {
                return None;
            }
            // SAFETY: it is a C string that lives as long as the feature, and is read at once.
            let name = unsafe { CStr::from_ptr(name) };
            (name.to_bytes() == identifier.as_bytes()).then_some(feature)
        })
    }
}

impl Drop for All {
    fn drop(&mut self) {
        // SAFETY: the reference is ours, and is not used after this.
        unsafe { webkit_feature_list_unref(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_features_that_handset_switches_and_no_others() {
        let features = All::get();
        assert!(features.find("HiddenPageDOMTimerThrottling").is_some());
        assert!(features.find("NoSuchThing").is_none());
        assert!(features.find("").is_none());
    }
}
