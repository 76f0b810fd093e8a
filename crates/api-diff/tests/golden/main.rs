//! Checks how changes are classified and reported, on tiny documents with one kind of change each.

mod case;
mod compare;
mod report;
mod schemas;
