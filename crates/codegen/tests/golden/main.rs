//! The stages on tiny documents, one quirk each: `tests/<stage>/<case>/`.

mod availability;
mod canonical;
mod case;
mod external;
mod lower;
mod model;
mod overlay;
mod public_api;
mod read;
mod render;
