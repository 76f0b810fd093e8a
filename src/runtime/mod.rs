//! Where do time and randomness come from?

pub(crate) mod clock;
