//! The closed list of what conditions may ask.

/// What a fact can say. Everything is one whole number inside: yes is 1, a word is its place in
/// the list, a date is the days since 1970-01-01.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Yes,
    Int { low: i32, high: i32 },
    Word(Vec<String>),
    Date { low: i32, high: i32 },
}

impl Kind {
    /// The least and the greatest value.
    pub fn range(&self) -> (i32, i32) {
        match self {
            Self::Yes => (0, 1),
            Self::Int { low, high } | Self::Date { low, high } => (*low, *high),
            Self::Word(words) => (0, i32::try_from(words.len()).unwrap_or(i32::MAX).max(1) - 1),
        }
    }
}

/// One fact: its name in conditions (ASCII) and what it can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    pub kind: Kind,
}

impl Fact {
    pub fn yes(name: &str) -> Self {
        Self { name: name.into(), kind: Kind::Yes }
    }

    pub fn int(name: &str, low: i32, high: i32) -> Self {
        Self { name: name.into(), kind: Kind::Int { low, high: high.max(low) } }
    }

    pub fn word(name: &str, words: &[&str]) -> Self {
        let words = words.iter().map(|w| (*w).to_owned()).collect();
        Self { name: name.into(), kind: Kind::Word(words) }
    }

    /// A date between 1800 and 2199: far enough for anybody, near enough to be counted in i32.
    pub fn date(name: &str) -> Self {
        let (low, high) = (crate::days_of(1800, 1, 1), crate::days_of(2199, 12, 31));
        Self { name: name.into(), kind: Kind::Date { low, high } }
    }
}

/// All facts, in the order in which values are passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    list: Vec<Fact>,
}

impl Facts {
    pub fn new(list: Vec<Fact>) -> Self {
        Self { list }
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|fact| fact.name == name)
    }

    pub fn get(&self, index: usize) -> Option<&Fact> {
        self.list.get(index)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.list.iter()
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
