//! Checks how changes are classified and reported, on tiny documents with one kind of change each.

mod case;
mod compare;
mod keywords;
mod renames;
mod report;
mod rules;
mod schemas;
