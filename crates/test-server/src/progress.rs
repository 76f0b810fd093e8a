//! How is the progress of long work reported?

/// Receiver of progress reports.
pub trait Progress: Send + Sync {
    /// Reports that a stage begins. Shown as a line of its own.
    fn stage(&self, text: &str);

    /// Reports what the stage is busy with. Called often.
    fn detail(&self, text: &str);

    /// Reports something worth a line of its own.
    fn note(&self, _text: &str) {}

    /// Reports that the current stage has succeeded.
    fn done(&self) {}
}

/// A receiver that shows nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &str) {}

    fn detail(&self, _: &str) {}
}
