//! The stages on tiny documents, one quirk each: `tests/<stage>/<case>/`.

mod canonical;
mod case;
mod overlay;
mod read;
