//! A copy of the checkout, in which a test may change files.

use std::fs;
use std::path::Path;
use std::process::Command;

use zenml_test_server::paths::workspace;

/// Copies the files that git knows, with their current contents.
pub fn copy_checkout(to: &Path) {
    let files = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(files.status.success(), "{files:?}");
    for file in String::from_utf8(files.stdout)
        .unwrap()
        .split_terminator('\0')
    {
        let target = to.join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        if workspace().join(file).exists() {
            fs::copy(workspace().join(file), target).unwrap();
        }
    }
}
