//! What can be run, and how is it selected?

use std::fmt::{self, Display};

use uuid::Uuid;

/// Selects a run template by its name or id.
///
/// Newer servers deprecate run templates in favor of named snapshots: see [`Snapshot`].
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// use zenml::RunTemplate;
///
/// let nightly = RunTemplate::by_name("nightly");
/// let run = client.trigger(nightly).project("default").send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RunTemplate(Selector);

impl RunTemplate {
    /// Selects a template by its name, which is unique in its project.
    pub fn by_name(name: impl Into<String>) -> Self {
        Self(Selector::Name(name.into()))
    }

    /// Selects a template by its id.
    pub fn by_id(id: Uuid) -> Self {
        Self(Selector::Id(id))
    }
}

/// Selects a snapshot of a pipeline: its code, configuration and stack.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// use zenml::Snapshot;
///
/// let latest = Snapshot::latest("training");
/// let run = client.trigger(latest).project("default").send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Snapshot {
    selector: Selector,
    pipeline: Option<String>,
}

impl Snapshot {
    /// Selects a snapshot by its name, which is unique in its pipeline. If several pipelines have
    /// a snapshot of this name, set the [`pipeline`](Self::pipeline) too.
    pub fn by_name(name: impl Into<String>) -> Self {
        Self {
            selector: Selector::Name(name.into()),
            pipeline: None,
        }
    }

    /// Selects a snapshot by its id.
    pub fn by_id(id: Uuid) -> Self {
        Self {
            selector: Selector::Id(id),
            pipeline: None,
        }
    }

    /// Selects the newest snapshot of a pipeline, given by name or id, among those that have a name and
    /// that the server can run.
    pub fn latest(pipeline: impl Display) -> Self {
        Self {
            selector: Selector::Latest,
            pipeline: Some(pipeline.to_string()),
        }
    }

    /// Sets the pipeline, by name or id, that the snapshot belongs to.
    pub fn pipeline(mut self, name_or_id: impl Display) -> Self {
        self.pipeline = Some(name_or_id.to_string());
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selector {
    Name(String),
    Id(Uuid),
    Latest,
}

/// The run template or snapshot that is run, created from a [`RunTemplate`] or a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RunTarget {
    pub(crate) is_template: bool,
    pub(crate) selector: Selector,
    pub(crate) pipeline: Option<String>,
}

impl From<RunTemplate> for RunTarget {
    fn from(RunTemplate(selector): RunTemplate) -> Self {
        Self {
            is_template: true,
            selector,
            pipeline: None,
        }
    }
}

impl From<Snapshot> for RunTarget {
    fn from(Snapshot { selector, pipeline }: Snapshot) -> Self {
        Self {
            is_template: false,
            selector,
            pipeline,
        }
    }
}

impl Display for RunTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_template {
            "run template"
        } else {
            "snapshot"
        };
        match &self.selector {
            Selector::Name(name) => write!(f, "{kind} named {name:?}")?,
            Selector::Id(id) => write!(f, "{kind} with id {id}")?,
            Selector::Latest => write!(f, "runnable named {kind}")?,
        }
        match &self.pipeline {
            Some(pipeline) => write!(f, " of pipeline {pipeline:?}"),
            None => Ok(()),
        }
    }
}
