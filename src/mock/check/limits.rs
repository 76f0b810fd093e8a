//! Is a number within its limits?

use super::table::Limit;

/// Returns what the number must be, as the end of a sentence, unless it is within the limits.
pub(super) fn unmet(limits: &[Limit], number: f64) -> Option<String> {
    let is_met = |limit: &Limit| match *limit {
        Limit::AtLeast(least) => number >= least,
        Limit::MoreThan(bound) => number > bound,
        Limit::AtMost(most) => number <= most,
        Limit::LessThan(bound) => number < bound,
    };
    if limits.iter().all(is_met) {
        return None;
    }
    Some(match limits {
        [Limit::AtLeast(least), Limit::AtMost(most)] => format!("from {least} to {most}"),
        _ => limits.iter().map(words).collect::<Vec<_>>().join(" and "),
    })
}

fn words(limit: &Limit) -> String {
    match limit {
        Limit::AtLeast(least) => format!("at least {least}"),
        Limit::MoreThan(bound) => format!("more than {bound}"),
        Limit::AtMost(most) => format!("at most {most}"),
        Limit::LessThan(bound) => format!("less than {bound}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Limit::{AtLeast, AtMost, LessThan, MoreThan};
    use super::*;

    #[test]
    fn an_inclusive_limit_includes_the_number_and_an_exclusive_one_does_not() {
        let outside = |limit: Limit, numbers: [f64; 2]| {
            numbers.map(|number| unmet(&[limit], number).unwrap_or_default())
        };
        assert_eq!(outside(AtLeast(1.0), [1.0, 0.0]), ["", "at least 1"]);
        assert_eq!(outside(MoreThan(0.0), [0.5, 0.0]), ["", "more than 0"]);
        assert_eq!(outside(AtMost(100.0), [100.0, 101.0]), ["", "at most 100"]);
        assert_eq!(outside(LessThan(1.5), [1.0, 1.5]), ["", "less than 1.5"]);
    }

    #[test]
    fn all_limits_of_a_number_are_named() {
        let size = [AtLeast(1.0), AtMost(10_000.0)];
        assert_eq!(unmet(&size, 10_000.0), None);
        assert_eq!(unmet(&size, 10_001.0).unwrap(), "from 1 to 10000");
        let groups = [MoreThan(0.0), AtMost(10_000.0)];
        let expected = "more than 0 and at most 10000";
        assert_eq!(unmet(&groups, 0.0).unwrap(), expected);
        assert_eq!(unmet(&groups, 10_001.0).unwrap(), expected);
    }
}
