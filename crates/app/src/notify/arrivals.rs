//! Which notices of reviews arrived, as far as channels say (M4.3).

use domain::change::Change;
use domain::ids::PersonId;
use domain::lazy::Arrivals;
use jiff::Timestamp;

use super::telling::Telling;
use crate::{App, AppError};

/// Notifications of one moment that are read for one person; more at once come from no review.
const AT_ONE_MOMENT: usize = 50;

impl App {
    /// Looks where the notices of a change's reviews arrived: by the channel their person wants, or
    /// read in the product. What can't be found has not arrived.
    pub(crate) async fn arrivals(&self, change: &Change) -> Result<Arrivals, AppError> {
        let mut arrivals = Arrivals::default();
        for notice in change.lazy_reviews.iter().flat_map(|review| &review.notices) {
            for person in notice.told.iter().flat_map(|told| &told.people) {
                let key = (notice.at, person.clone());
                if !arrivals.arrived.contains_key(&key)
                    && let Some(at) = self.arrived(change, person, notice.at).await?
                {
                    arrivals.arrived.insert(key, at);
                }
            }
            arrivals.looked.push(notice.at);
        }
        Ok(arrivals)
    }

    async fn arrived(
        &self,
        change: &Change,
        person: &PersonId,
        sent: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        let Some(after) = Timestamp::from_millisecond(sent.as_millisecond() + 1).ok() else {
            return Ok(None);
        };
        let rows = self.store.notifications(person, Some((after, "")), AT_ONE_MOMENT).await?;
        let mut of_review = rows.into_iter().filter(|row| {
            row.at == sent
                && row.change.as_ref() == Some(&change.id)
                && serde_json::from_str::<Telling>(&row.data)
                    .is_ok_and(|telling| telling.what.waits_for_arrival())
        });
        Ok(of_review.find_map(|row| [row.arrived_at, row.read_at].into_iter().flatten().min()))
    }
}
