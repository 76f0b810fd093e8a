//! How much of a value does its type not know? A union chooses the variant that leaves the least unknown.
//!
//! The count is kept per thread while a value is decoded. Counting the members of a decoded value
//! would need a second trait for every generated type.

use std::cell::Cell;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// Counts parts of the value being decoded that its type does not know.
pub(crate) fn count(parts: usize) {
    COUNT.set(COUNT.get().saturating_add(parts));
}

/// Runs `decode` and returns its result, with the number of parts that it counted.
pub(crate) fn counted<T>(decode: impl FnOnce() -> T) -> (T, usize) {
    let before = COUNT.replace(0);
    let decoded = decode();
    (decoded, COUNT.replace(before))
}
