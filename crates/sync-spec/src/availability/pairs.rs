//! How are the schemas of two documents compared, place by place?

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use zenml_codegen::availability::{Edge, History, Node, Nodes, Place, State, Version};

/// The histories of the parts of values, by the schemas of the value that holds them.
pub(super) type Facts = BTreeMap<(Node, Edge), History>;

/// Two documents, and the version of the new one.
pub(super) struct Pairs<'a> {
    pub floor: &'a Version,
    pub version: &'a Version,
    pub old: Nodes<'a>,
    pub new: Nodes<'a>,
}

impl Pairs<'_> {
    /// Returns the history up to the new document, unless it is the same in all versions.
    pub fn next(&self, known: Option<&History>, old: State, new: State) -> Option<History> {
        let history = self.history(known, old, new);
        (!history.is_constant()).then_some(history)
    }

    fn history(&self, known: Option<&History>, old: State, new: State) -> History {
        let known = known
            .cloned()
            .unwrap_or_else(|| History::constant(self.floor, old));
        known.then(self.version, new)
    }

    /// Compares values that have a new and an old form, and everything inside them. A schema of the
    /// new document that takes the place of several old ones gets what holds of any of them.
    pub fn follow(&self, start: Vec<(Node, Node)>, known: &Facts) -> Facts {
        let mut facts = Facts::new();
        let mut open = start;
        let mut seen = BTreeSet::new();
        while let Some(pair) = open.pop() {
            if !seen.insert(pair.clone()) {
                continue;
            }
            let (new, old) = pair;
            let (news, mut olds) = (self.new.parts(&new), self.old.parts(&old));
            let mut edges: BTreeSet<Edge> = news.keys().chain(olds.keys()).cloned().collect();
            let gone = known.keys().filter(|(node, _)| *node == old);
            edges.extend(gone.map(|(_, edge)| edge.clone()));
            for edge in edges {
                // If only one of them is an object, the history of the value itself says so.
                let comparable = news.keys().any(|other| other.is_like(&edge))
                    && olds.keys().any(|other| other.is_like(&edge));
                if !comparable && !known.contains_key(&(old.clone(), edge.clone())) {
                    continue;
                }
                let state_of = |part: Option<&(State, Node)>| {
                    part.map_or_else(State::absent, |(state, _)| state.clone())
                };
                let history = self.history(
                    known.get(&(old.clone(), edge.clone())),
                    state_of(olds.get(&edge)),
                    state_of(news.get(&edge)),
                );
                let key = (new.clone(), edge.clone());
                let joined = match facts.get(&key) {
                    Some(other) => history.or(other),
                    None => history,
                };
                facts.insert(key, joined);
            }
            for (edge, (_, new)) in news {
                if let Some((_, old)) = olds.remove(&edge) {
                    open.push((new, old));
                }
            }
        }
        facts.retain(|_, history| !history.is_constant());
        facts
    }
}

/// Returns where each history stands: at the shortest way to the schemas from any of `bodies`, the
/// first of those that are equally long.
pub(super) fn places(
    nodes: &Nodes<'_>,
    bodies: Vec<(String, Node)>,
    histories: &Facts,
) -> Vec<(String, Place, History)> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<Node> = BTreeSet::new();
    let mut open: VecDeque<(String, Place, Node)> = bodies
        .into_iter()
        .map(|(body, node)| (body, Place::default(), node))
        .collect();
    let mut by_node: BTreeMap<&Node, Vec<(&Edge, &History)>> = BTreeMap::new();
    for ((node, edge), history) in histories {
        by_node.entry(node).or_default().push((edge, history));
    }
    while let Some((body, place, node)) = open.pop_front() {
        if !seen.insert(node.clone()) {
            continue;
        }
        for (edge, history) in by_node.get(&node).into_iter().flatten() {
            let place = place.child((*edge).clone());
            found.push((body.clone(), place, (*history).clone()));
        }
        for (edge, (_, child)) in nodes.parts(&node) {
            open.push_back((body.clone(), place.child(edge), child));
        }
    }
    found
}
