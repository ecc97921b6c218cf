//! Choosing what reaches one by mail, and when.

use domain::event::NotificationEvent;
use domain::notification::{Preferences, QuietHours};
use domain::private::Private;
use domain::refusal::Refusal;

use crate::principal::Principal;
use crate::{App, AppError};

const DAY_MINUTES: u16 = 24 * 60;

impl App {
    /// Sets the acting person's own preferences.
    ///
    /// # Errors
    /// A machine asks, or a field can't be accepted.
    pub async fn set_preferences(
        &self,
        principal: &Principal,
        preferences: Preferences,
    ) -> Result<(), AppError> {
        let person = principal.acting_person("set preferences")?;
        check(&preferences)?;
        self.notification_action(principal, |_, settings, _| {
            if settings.preferences(person) == preferences {
                return Ok((None, ()));
            }
            let preferences = Private::new(preferences.clone());
            Ok((
                Some(NotificationEvent::PreferencesSet { person: person.clone(), preferences }),
                (),
            ))
        })
        .await
    }
}

fn check(preferences: &Preferences) -> Result<(), Refusal> {
    if preferences.every_minutes > Preferences::EVERY_MINUTES_MAX {
        return Err(Refusal::field("every_minutes", "give 0 to 1440 minutes"));
    }
    match preferences.quiet {
        Some(QuietHours { from, until }) if from >= DAY_MINUTES || until >= DAY_MINUTES => {
            Err(Refusal::field("quiet", "write times of the day as `21:00`"))
        }
        Some(QuietHours { from, until }) if from == until => {
            Err(Refusal::field("quiet", "quiet hours that begin when they end never end"))
        }
        _ => Ok(()),
    }
}
