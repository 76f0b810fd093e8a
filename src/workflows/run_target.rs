use std::fmt::{self, Display};

use uuid::Uuid;

/// A run template: a snapshot under a name of its own. Newer servers call it deprecated and have
/// named snapshots instead.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RunTemplate(Wanted);

impl RunTemplate {
    /// The one of this name. Names are unique in a project.
    pub fn named(name: impl Into<String>) -> Self {
        Self(Wanted::Named(name.into()))
    }

    /// The one with this id.
    pub fn id(id: Uuid) -> Self {
        Self(Wanted::Id(id))
    }
}

/// A snapshot of a pipeline: its code, its configuration and its stack.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Snapshot {
    wanted: Wanted,
    pipeline: Option<String>,
}

impl Snapshot {
    /// The one of this name. Names are unique in a pipeline: see [`pipeline`](Self::pipeline).
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            wanted: Wanted::Named(name.into()),
            pipeline: None,
        }
    }

    /// The one with this id.
    pub fn id(id: Uuid) -> Self {
        Self {
            wanted: Wanted::Id(id),
            pipeline: None,
        }
    }

    /// The newest of the pipeline (name or id) that has a name and that the server can run.
    pub fn latest(pipeline: impl Display) -> Self {
        Self {
            wanted: Wanted::Latest,
            pipeline: Some(pipeline.to_string()),
        }
    }

    /// The pipeline that it belongs to, by name or id.
    pub fn pipeline(mut self, name_or_id: impl Display) -> Self {
        self.pipeline = Some(name_or_id.to_string());
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    Named(String),
    Id(Uuid),
    Latest,
}

/// What can be run: a [`RunTemplate`] or a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Runnable {
    pub(crate) is_template: bool,
    pub(crate) wanted: Wanted,
    pub(crate) pipeline: Option<String>,
}

impl From<RunTemplate> for Runnable {
    fn from(RunTemplate(wanted): RunTemplate) -> Self {
        Self {
            is_template: true,
            wanted,
            pipeline: None,
        }
    }
}

impl From<Snapshot> for Runnable {
    fn from(Snapshot { wanted, pipeline }: Snapshot) -> Self {
        Self {
            is_template: false,
            wanted,
            pipeline,
        }
    }
}

impl Display for Runnable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.is_template {
            true => "run template",
            false => "snapshot",
        };
        match &self.wanted {
            Wanted::Named(name) => write!(f, "{what} named {name:?}")?,
            Wanted::Id(id) => write!(f, "{what} with the id {id}")?,
            Wanted::Latest => write!(f, "runnable {what} with a name")?,
        }
        match &self.pipeline {
            Some(pipeline) => write!(f, " of pipeline {pipeline:?}"),
            None => Ok(()),
        }
    }
}
