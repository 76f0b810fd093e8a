//! Walks through both documents at once, and collects changes with the operations they reach.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Place, Subject, Use};
use super::class::{Class, Direction};
use super::document::{Document, Node};
use super::equivalence::Documents;
use super::position::{BeforeAfter, Position, Relevance};
use super::rename::{Candidates, Renames};
use super::rule::Kind;

/// The two documents, and the findings so far.
///
/// Findings belong to owners: a part of an operation, or a pair of matching schemas. Owners lead to
/// other owners, so that a schema is compared once, however many operations refer to it, and
/// however often it contains itself.
pub(super) struct Visitor<'d, 'a> {
    pub both: Documents<'d, 'a>,
    owners: Vec<Owner>,
    /// For each pair of schema pointers, its owner.
    pairs: BTreeMap<(String, String), usize>,
    /// The number of findings.
    pub count: usize,
    pub renames: Renames,
    /// What could have been renamed, for the next pass.
    pub candidates: Candidates,
}

struct Owner {
    subject: Subject,
    /// The part of an operation; `None` for schemas.
    part: Option<Use>,
    findings: Vec<Finding>,
    leads_to: BTreeMap<usize, Relevance>,
}

struct Finding {
    kind: Kind,
    relevance: Relevance,
    thing: String,
    member: String,
    predicate: String,
    before: Option<String>,
    after: Option<String>,
    old: Option<String>,
    new: Option<String>,
}

impl<'d, 'a> Visitor<'d, 'a> {
    /// Starts a walk. `renames` are those that an earlier walk found.
    pub(super) fn new(old: &'d Document<'a>, new: &'d Document<'a>, renames: Renames) -> Self {
        Self {
            both: Documents { old, new },
            owners: Vec::new(),
            pairs: BTreeMap::new(),
            count: 0,
            renames,
            candidates: Candidates::default(),
        }
    }

    /// Starts to compare a part of an operation, or the document.
    pub(super) fn part(&mut self, subject: Subject, place: Place, noun: &str) -> Position {
        let part = match &subject {
            Subject::Operation(operation) => Some(Use {
                operation: operation.clone(),
                place,
            }),
            Subject::Document | Subject::Schema(_) => None,
        };
        self.owner(subject, part, noun)
    }

    /// Enters a pair of versions of one named schema. Returns `None` if the pair was entered before.
    pub(super) fn pair(
        &mut self,
        at: &Position,
        old: &Node<'a>,
        new: &Node<'a>,
        name: &str,
    ) -> Option<Position> {
        let subject = Subject::Schema(name.to_owned());
        self.reached(at, old, new, subject, name)
    }

    /// Returns whether two schemas were compared with each other.
    pub(super) fn has_met(&self, old: &Node<'a>, new: &Node<'a>) -> bool {
        let key = (old.pointer.clone(), new.pointer.clone());
        self.pairs.contains_key(&key)
    }

    /// Enters a pair of different schemas in one place; differences belong to the place. Returns
    /// `None` if the pair was entered before.
    pub(super) fn replaced(
        &mut self,
        at: &Position,
        old: &Node<'a>,
        new: &Node<'a>,
    ) -> Option<Position> {
        let subject = self.owners.get(at.owner)?.subject.clone();
        let inner = self.reached(at, old, new, subject, &at.noun)?;
        Some(Position {
            path: at.path.clone(),
            ..inner
        })
    }

    /// Returns the name of the schema that `at` is the whole of.
    pub(super) fn schema_at(&self, at: &Position) -> Option<&str> {
        match &self.owners.get(at.owner)?.subject {
            Subject::Schema(name) if at.path.is_empty() => Some(name),
            _ => None,
        }
    }

    fn reached(
        &mut self,
        at: &Position,
        old: &Node<'a>,
        new: &Node<'a>,
        subject: Subject,
        noun: &str,
    ) -> Option<Position> {
        let key = (old.pointer.clone(), new.pointer.clone());
        let known = self.pairs.get(&key).copied();
        let index = known.unwrap_or(self.owners.len());
        if let Some(owner) = self.owners.get_mut(at.owner) {
            let relevance = owner.leads_to.entry(index).or_insert(at.relevance);
            *relevance = relevance.or(at.relevance);
        }
        if known.is_some() {
            return None;
        }
        self.pairs.insert(key, index);
        Some(self.owner(subject, None, noun))
    }

    fn owner(&mut self, subject: Subject, part: Option<Use>, noun: &str) -> Position {
        self.owners.push(Owner {
            subject,
            part,
            findings: Vec::new(),
            leads_to: BTreeMap::new(),
        });
        Position {
            owner: self.owners.len() - 1,
            noun: noun.to_owned(),
            path: String::new(),
            relevance: Relevance::BOTH,
        }
    }

    /// Records a change. `predicate` continues a sentence that starts with the thing at `at`.
    pub(super) fn found(
        &mut self,
        at: &Position,
        kind: Kind,
        predicate: &str,
        words: BeforeAfter,
        nodes: (Option<&Node<'a>>, Option<&Node<'a>>),
    ) {
        let (old, new) = (self.both.old.normal, self.both.new.normal);
        let Some(owner) = self.owners.get_mut(at.owner) else {
            return;
        };
        self.count += 1;
        owner.findings.push(Finding {
            kind,
            relevance: at.relevance,
            thing: at.thing(&owner.subject),
            member: at.path.clone(),
            predicate: predicate.to_owned(),
            before: words.before,
            after: words.after,
            old: nodes.0.map(|node| old.origin(&node.pointer)),
            new: nodes.1.map(|node| new.origin(&node.pointer)),
        });
    }

    /// Returns all changes, each with the operations it reaches.
    pub(super) fn changes(self) -> (Vec<Change>, Renames) {
        let uses = self.uses();
        let mut merged: BTreeMap<_, (Finding, BTreeSet<Use>)> = BTreeMap::new();
        for (owner, uses) in self.owners.into_iter().zip(uses) {
            for finding in owner.findings {
                // A schema that is inlined in several places changes in all of them.
                let key = (
                    owner.subject.clone(),
                    finding.kind,
                    finding.relevance,
                    finding.thing.clone(),
                    finding.predicate.clone(),
                    finding.before.clone(),
                    finding.after.clone(),
                );
                let (_, all) = merged.entry(key).or_insert((finding, BTreeSet::new()));
                all.extend(uses.iter().cloned());
            }
        }
        let changes = merged.into_iter();
        let mut changes: Vec<Change> = changes
            .map(|((subject, ..), (finding, uses))| change(subject, finding, uses))
            .collect();
        changes.sort_by(|a, b| {
            let order = |c: &Change| {
                let place = c.uses.first().map(|reached| reached.place);
                (
                    c.class,
                    c.group.is_none(),
                    c.group.clone(),
                    c.subject.clone(),
                    place,
                )
            };
            order(a)
                .cmp(&order(b))
                .then_with(|| a.line().cmp(&b.line()))
        });
        (changes, self.renames)
    }

    /// Returns, for each owner, the parts of operations that lead to it.
    fn uses(&self) -> Vec<BTreeSet<Use>> {
        let mut uses = vec![BTreeSet::new(); self.owners.len()];
        for (start, owner) in self.owners.iter().enumerate() {
            let Some(part) = &owner.part else { continue };
            let direction = part.place.direction();
            let (mut open, mut seen) = (vec![start], BTreeSet::new());
            while let Some(index) = open.pop() {
                if !seen.insert(index) {
                    continue;
                }
                if let Some(uses) = uses.get_mut(index) {
                    uses.insert(part.clone());
                }
                let edges = self.owners.get(index).into_iter().flat_map(|o| &o.leads_to);
                let relevant = edges.filter(|(_, relevance)| {
                    direction.is_none_or(|direction| relevance.includes(direction))
                });
                open.extend(relevant.map(|(index, _)| index));
            }
        }
        uses
    }
}

fn change(subject: Subject, finding: Finding, uses: BTreeSet<Use>) -> Change {
    let kind = finding.kind;
    let directions: BTreeSet<Direction> = uses
        .iter()
        .filter_map(|reached| reached.place.direction())
        .collect();
    let class = |direction| match kind.class(direction) {
        // The value does not exist in this direction.
        Class::Breaking if !finding.relevance.includes(direction) => Class::Compatible,
        class => class,
    };
    let directions: Vec<_> = directions
        .into_iter()
        .map(|direction| (direction, class(direction)))
        .collect();
    let unused = match (&subject, kind.class(Direction::Sent)) {
        // Only read-only and write-only properties lead to it, in the wrong direction.
        (Subject::Schema(_), Class::Breaking) => Class::Compatible,
        (_, class) => class,
    };
    let heaviest = directions.iter().map(|(_, class)| *class).min();
    let groups: BTreeSet<&String> = uses
        .iter()
        .map(|reached| &reached.operation.group)
        .collect();
    let group = match groups.into_iter().collect::<Vec<_>>()[..] {
        [only] => Some(only.clone()),
        _ => None,
    };
    Change {
        kind,
        class: heaviest.unwrap_or(unused),
        directions,
        subject,
        group,
        uses: uses.into_iter().collect(),
        thing: finding.thing,
        member: finding.member,
        predicate: finding.predicate,
        before: finding.before,
        after: finding.after,
        old: finding.old,
        new: finding.new,
    }
}
