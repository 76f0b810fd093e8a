//! Where do random numbers come from? From the standard library, which gets the keys of its hash maps from
//! the operating system.

use std::hash::{BuildHasher, RandomState};

use uuid::{Builder, Uuid};

/// Returns a random number: the hashes of two numbers with a key that is different in each call.
///
/// It identifies a request, a part of one or a file. It is not a secret.
pub(crate) fn number() -> u128 {
    let key = RandomState::new();
    u128::from(key.hash_one(0_u8)) << 64 | u128::from(key.hash_one(1_u8))
}

/// Returns a random UUID (version 4).
pub(crate) fn uuid() -> Uuid {
    Builder::from_random_bytes(number().to_ne_bytes()).into_uuid()
}

/// Returns a fraction from 0 to 1.
pub(crate) fn fraction() -> f64 {
    (number() >> 64) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::thread;

    use super::*;

    #[test]
    fn numbers_differ_within_a_thread_and_between_threads() {
        let numbers = || (0..1_000).map(|_| number()).collect::<Vec<_>>();
        let other = thread::spawn(numbers);
        let mut all = numbers();
        all.extend(other.join().unwrap());
        let halves = all
            .iter()
            .flat_map(|number| [number >> 64, number & u128::from(u64::MAX)]);
        assert_eq!(halves.collect::<BTreeSet<_>>().len(), 4_000);
    }

    #[test]
    fn fractions_are_spread_from_0_to_1() {
        let mut tenths = [0_u32; 10];
        for _ in 0..10_000 {
            let fraction = fraction();
            assert!((0.0..=1.0).contains(&fraction));
            let tenth = (fraction * 10.0) as usize;
            tenths[tenth.min(9)] += 1;
        }
        assert!(
            tenths.iter().all(|count| (800..1_200).contains(count)),
            "{tenths:?}"
        );
    }

    #[test]
    fn a_uuid_is_of_version_4() {
        assert_eq!(uuid().get_version_num(), 4);
    }
}
