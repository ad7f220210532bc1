//! Numbers that stand for the things of a model, and the tables that they index.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A number that indexes a [`Table`].
pub trait Id: Copy + Ord {
    /// The id of a row.
    fn from_index(index: usize) -> Self;
    /// The row of an id.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Id for $name {
            fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).unwrap_or(u32::MAX))
            }

            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A [`Location`](super::Location).
    LocationId
    /// A shared-fate [`Domain`](super::Domain).
    DomainId
    /// A [`Link`](super::Link).
    LinkId
    /// A [`Store`](super::Store).
    StoreId
    /// A [`Team`](super::Team).
    TeamId
    /// An [`Objective`](super::Objective).
    ObjectiveId
    /// A [`Component`](super::Component).
    ComponentId
    /// An [`Instance`](super::Instance) of any component.
    InstanceId
    /// A [`Dataset`](super::Dataset) of any component.
    DatasetId
    /// A [`DataCopy`](super::DataCopy) of any dataset.
    CopyId
    /// A [`ConsistencyGroup`](super::ConsistencyGroup).
    GroupId
    /// A [`DeclaredScenario`](super::DeclaredScenario).
    DeclaredScenarioId
}

/// The things of one kind, in the order of the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table<I, T> {
    rows: Vec<T>,
    id: PhantomData<I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { rows: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T> Table<I, T> {
    /// Adds a row and gives it an id.
    pub fn push(&mut self, row: T) -> I {
        self.rows.push(row);
        I::from_index(self.rows.len() - 1)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every row with its id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.rows.iter().enumerate().map(|(i, row)| (I::from_index(i), row))
    }

    /// Every id.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.rows.len()).map(I::from_index)
    }

    /// Every row.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }

    /// The rows as a slice, to be read in parallel.
    pub fn as_slice(&self) -> &[T] {
        &self.rows
    }
}

impl<I: Id, T> Index<I> for Table<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.rows[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for Table<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.rows[id.index()]
    }
}
