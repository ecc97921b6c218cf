//! Which nodes a proof is made of, by coordinates.
//!
//! Node `(level, index)` covers the leaves `index << level .. (index + 1) << level`. It is complete
//! once all of them exist and never changes after that; the one at the right edge may cover less.
//! Must not hash: the same coordinates serve batches in memory and tiles in a store.

/// A node of the tree by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    /// Height above the leaves.
    pub level: u32,
    /// Position from the left among the nodes of that level.
    pub index: u64,
}

/// One element of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A complete node.
    Complete(Node),
    /// The incomplete node at the right edge, over the leaves of it that exist.
    Edge(Node),
}

/// The audit path from a complete node to the root of a tree of `size` leaves, bottom up.
///
/// The caller ensures that the node is complete in that tree, so `size` is at least 1.
pub(crate) fn audit_path(node: Node, size: u64) -> Vec<Step> {
    let last = (size - 1) >> node.level;
    let inner = u64::BITS - (node.index ^ last).leading_zeros();
    let mut steps = Vec::with_capacity(24);
    for height in 0..inner {
        let sibling = Node { level: node.level + height, index: (node.index >> height) ^ 1 };
        let complete = sibling.index < size >> sibling.level;
        steps.push(if complete { Step::Complete(sibling) } else { Step::Edge(sibling) });
    }
    // Above the point where both paths meet, the node lies on the right edge: only left siblings.
    let mut height = inner;
    while let Some(index) = node.index.checked_shr(height).filter(|index| *index > 0) {
        if index & 1 == 1 {
            steps.push(Step::Complete(Node { level: node.level + height, index: index - 1 }));
        }
        height += 1;
    }
    steps
}

/// The nodes of a consistency proof (RFC 6962, section 2.1.2) for `0 < old < new`.
pub(crate) fn consistency_path(old: u64, new: u64) -> Vec<Step> {
    let level = old.trailing_zeros();
    let start = Node { level, index: (old - 1) >> level };
    let mut steps = audit_path(start, new);
    if start.index > 0 {
        steps.insert(0, Step::Complete(start));
    }
    steps
}

/// The perfect subtrees that make up a node at the right edge, from left to right.
pub(crate) fn edge_parts(node: Node, size: u64) -> Vec<Node> {
    let mut start = node.index << node.level;
    let mut parts = Vec::new();
    while start < size {
        let level = (size - start).ilog2();
        parts.push(Node { level, index: start >> level });
        start += 1 << level;
    }
    parts
}
