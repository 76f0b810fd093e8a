//! With which features must the library compile?

use crate::cargo::Features;

/// Returns the sets of features to check, separated by commas: none, each feature alone, and all default
/// features but one. Leaves out `generate`, whose code is compared with that of the package.
pub fn sets(features: &Features) -> Vec<String> {
    let defaults = features.get("default").map_or(&[][..], Vec::as_slice);
    let is_checked = |name: &&String| *name != "default" && *name != "generate";
    let alone = features.keys().filter(is_checked).cloned();
    let all_but_one = defaults.iter().map(|left_out| {
        let others = defaults.iter().filter(|name| *name != left_out);
        others.cloned().collect::<Vec<_>>().join(",")
    });
    [String::new()]
        .into_iter()
        .chain(alone)
        .chain(all_but_one)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_checked_alone_and_as_all_defaults_but_one() {
        let features = [
            ("a", vec![]),
            ("b", vec!["x"]),
            ("default", vec!["a", "b"]),
            ("generate", vec![]),
        ]
        .map(|(name, enabled)| (name.to_owned(), enabled.into_iter().map(str::to_owned)))
        .map(|(name, enabled)| (name, enabled.collect()));
        assert_eq!(sets(&Features::from(features)), ["", "a", "b", "b", "a"]);
    }
}
