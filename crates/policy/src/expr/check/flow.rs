//! What is known to hold at a point of an expression, from the conditions passed before it.

/// A schema field or macro variable, independent of how deep the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// 0 is the row; *n* is the variable of the *n*-th open macro from outside.
    pub(crate) level: u8,
    /// Slot within the row or record; `None` is the variable itself.
    pub(crate) slot: Option<u16>,
}

/// A map key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Text(String),
    Spot(Spot),
}

/// One thing known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The optional at this spot is there.
    Present(Spot),
    /// The integer at this spot is not zero.
    NonZero(Spot),
    /// The map at this spot has this key.
    HasKey(Spot, Key),
}

/// Everything known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    known: Vec<Fact>,
}

impl Facts {
    pub(crate) const fn new() -> Self {
        Self { known: Vec::new() }
    }

    pub(crate) fn one(fact: Fact) -> Self {
        Self { known: vec![fact] }
    }

    pub(crate) fn contains(&self, fact: &Fact) -> bool {
        self.known.contains(fact)
    }

    pub(crate) fn add(&mut self, fact: Fact) {
        if !self.known.contains(&fact) {
            self.known.push(fact);
        }
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        for fact in &other.known {
            self.add(fact.clone());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// Forgets everything learnt after there were `len` facts.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.known.truncate(len);
    }
}
