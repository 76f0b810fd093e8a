//! The stages on tiny documents, one quirk each: `tests/<stage>/<case>/`.

mod canonical;
mod case;
mod lower;
mod overlay;
mod read;
mod refine;
mod render;
mod surface;
