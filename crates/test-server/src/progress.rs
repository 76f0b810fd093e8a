//! Telling a human what is going on.

/// Is told what is being done, while it is being done.
pub trait Progress: Send + Sync {
    /// A stage begins: a line of its own.
    fn stage(&self, text: &str);

    /// What the stage is busy with: often, and only worth a glance.
    fn detail(&self, text: &str);
}

/// Says nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &str) {}

    fn detail(&self, _: &str) {}
}
