//! Parts that several pages draw.

pub(crate) mod banner;
pub(crate) mod icon;
pub(crate) mod meters;
pub(crate) mod pad;
pub(crate) mod party;
pub(crate) mod rail;
pub(crate) mod timer;
