//! How changes are classified and reported, on tiny documents, one kind each: `tests/<stage>/<case>/`.

mod case;
mod compare;
mod report;
