//! Which values of a kind, such as secrets or files, does an encoded body contain?
//!
//! The values are noted per thread while a body is encoded, because serde passes on their encoding only.

use std::cell::RefCell;
use std::thread::LocalKey;

/// The values that were encoded so far inside a call of [`noting`], or `None` outside of it.
pub(crate) type Notes<T> = RefCell<Option<Vec<T>>>;

/// Notes a value that is being encoded. Returns its place among the noted values, or `None` outside of
/// [`noting`].
pub(crate) fn note<T>(
    notes: &'static LocalKey<Notes<T>>,
    value: impl FnOnce() -> T,
) -> Option<usize> {
    notes.with_borrow_mut(|notes| {
        let notes = notes.as_mut()?;
        notes.push(value());
        Some(notes.len() - 1)
    })
}

/// Runs `encode`, and returns its result with the values that it noted.
pub(crate) fn noting<T, R>(
    notes: &'static LocalKey<Notes<T>>,
    encode: impl FnOnce() -> R,
) -> (R, Vec<T>) {
    let outer = notes.replace(Some(Vec::new()));
    let result = encode();
    (result, notes.replace(outer).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static NUMBERS: Notes<u8> = const { RefCell::new(None) };
    }

    #[test]
    fn each_call_returns_its_own_values_with_their_places() {
        let (inner, outer) = noting(&NUMBERS, || {
            assert_eq!(note(&NUMBERS, || 1), Some(0));
            let (_, inner) = noting(&NUMBERS, || note(&NUMBERS, || 2));
            assert_eq!(note(&NUMBERS, || 3), Some(1));
            inner
        });
        assert_eq!((inner, outer), (vec![2], vec![1, 3]));
    }

    #[test]
    fn nothing_is_noted_outside_of_a_call() {
        assert_eq!(note(&NUMBERS, || 1), None);
        assert!(noting(&NUMBERS, || ()).1.is_empty());
    }
}
