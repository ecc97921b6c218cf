//! What people at Meridian Payments write: titles, reasons, justifications. Words only.

/// What a service is changed for: title and description.
pub type Work = (&'static str, &'static str);

/// Work that any service sees.
const COMMON: [Work; 8] = [
    ("Update dependencies", "Monthly update of libraries; no change of behaviour is expected."),
    ("Structured logs for failed requests", "Failed requests carry their trace id into the log."),
    ("Move to the new base image", "The old image leaves support at the end of the quarter."),
    ("Lower the memory limit", "Measured over four weeks; head room stays at 40 %."),
    ("Retry only what is safe to retry", "Requests without an idempotency key fail at once."),
    ("Close idle database connections", "The pool held 200 connections overnight for nothing."),
    ("Trace calls to the message queue", "Spans were missing, so slow consumers were not seen."),
    ("Remove the old metrics endpoint", "Nothing has scraped it since the spring."),
];

/// Work on a service of its own.
const SPECIAL: [(&str, [Work; 5]); 12] = [
    (
        "checkout",
        [
            (
                "Offer bank transfer in the Netherlands",
                "Adds the payment method behind a flag per merchant.",
            ),
            ("Show fees before confirmation", "Required by the card schemes from next quarter."),
            (
                "Keep the basket when a payment fails",
                "Customers lost their basket on a declined card.",
            ),
            ("Faster address check", "Asks the address service in parallel with the price."),
            ("Fix rounding of split payments", "Two parts could miss the total by one cent."),
        ],
    ),
    (
        "card-gateway",
        [
            (
                "Network tokens for recurring cards",
                "Stored cards use scheme tokens instead of numbers.",
            ),
            ("Rotate the acquirer certificates", "The current ones end in three weeks."),
            (
                "Soft-decline handling for 3-D Secure",
                "Retries with authentication instead of failing.",
            ),
            (
                "Route debit cards to the second acquirer",
                "Ten percent of traffic in the first week.",
            ),
            ("New fields of the spring scheme release", "Mandatory from the middle of next month."),
        ],
    ),
    (
        "payouts",
        [
            (
                "Instant payouts for verified merchants",
                "Uses the instant scheme up to 10,000 euro.",
            ),
            ("Batch cut-off at 16:30", "The bank moved its cut-off by thirty minutes."),
            ("Refuse payouts to closed accounts", "They came back after two days and cost fees."),
            (
                "Second approval for large payouts",
                "Payouts above 250,000 wait for a second person.",
            ),
            ("Holiday calendar for next year", "Settlement days of all banks we pay through."),
        ],
    ),
    (
        "refunds",
        [
            ("Partial refunds by line item", "Merchants choose the items instead of an amount."),
            (
                "Stop double refunds after a chargeback",
                "A refund is refused while a dispute is open.",
            ),
            ("Refund status in the merchant API", "Adds `pending_at_bank` as its own state."),
            ("Speed up the nightly reconciliation", "Reads yesterday's partition only."),
            ("Reason codes for refunds", "Merchants asked for them in their exports."),
        ],
    ),
    (
        "account-ledger",
        [
            (
                "Online migration of the entries table",
                "Adds a column in three steps without a lock.",
            ),
            ("Close periods automatically", "Month-end close runs without a person at midnight."),
            ("Post interest daily", "Finance asked for daily instead of monthly postings."),
            (
                "Double-check balances after restart",
                "Compares the cache with the entries before serving.",
            ),
            (
                "Archive entries older than ten years",
                "Moves them to the archive with a proof of count.",
            ),
        ],
    ),
    (
        "customer-profile",
        [
            ("Export my data within one day", "Requests for access were answered by hand."),
            (
                "Mask e-mail addresses in the back office",
                "Agents see them only after giving a reason.",
            ),
            (
                "Delete unverified profiles after 90 days",
                "Retention as agreed with data protection.",
            ),
            ("Accept names of one letter", "The check refused real customers."),
            ("Store consent with its wording", "The text shown is kept with each consent."),
        ],
    ),
    (
        "statements",
        [
            ("Statements in Dutch and Polish", "Templates reviewed by the country teams."),
            ("Sign PDF statements", "Tax offices ask for a signature from January."),
            ("Send statements in the morning", "Moves the job from 02:00 to 05:00 local time."),
            ("Show the exchange rate per line", "Customers could not check foreign payments."),
            ("Fix page breaks in long statements", "A booking could be cut in two."),
        ],
    ),
    (
        "fraud-scoring",
        [
            ("Model 2026-09 for card payments", "Precision up by 3 points on the August sample."),
            ("Explain a score to the agent", "Shows the five strongest signals."),
            ("Lower the threshold for new merchants", "Agreed with risk for the first 30 days."),
            ("Drop the device signal on web", "Browsers stopped sending it; it added noise."),
            ("Shadow run of the graph model", "Scores are recorded and decide nothing."),
        ],
    ),
    (
        "sanctions-screening",
        [
            ("Weekly list of the EU", "Loads the consolidated list of this week."),
            ("Match transliterated names", "Cyrillic and Arabic names were missed in a test."),
            ("Faster release of false hits", "Agents can release several hits of one name."),
            ("Screen payout recipients again", "Recipients are screened weekly, not only once."),
            ("Keep the list version with a hit", "Auditors asked which list a hit came from."),
        ],
    ),
    (
        "api-edge",
        [
            ("Rate limits per client", "One client could slow down all others."),
            ("TLS settings of this year", "Two old cipher suites go; no client uses them."),
            ("Route v3 of the payments API", "Five percent first, by header."),
            ("Reject bodies over 1 MB", "Nothing we offer needs more."),
            ("New certificate for api.meridian", "Issued by the second authority, as planned."),
        ],
    ),
    (
        "notifications",
        [
            ("Push for declined payments", "Customers learn of it within seconds."),
            ("Quiet hours by time zone", "No messages between 22:00 and 07:00 local time."),
            ("Second SMS provider for Asia", "Used when the first takes over ten seconds."),
            ("Unsubscribe with one click", "Mail providers require the header."),
            ("Template editor for marketing", "They change words without a deployment."),
        ],
    ),
    (
        "developer-portal",
        [
            ("Try the API in the browser", "Calls go to the sandbox only."),
            ("Search in the documentation", "Index is built at deployment."),
            ("Changelog feed", "Partners asked for a feed they can subscribe to."),
            ("Keys with an expiry date", "New keys end after a year unless extended."),
            ("Examples in Kotlin", "The most asked-for language in the survey."),
        ],
    ),
];

/// All work a service sees.
#[must_use]
pub fn work_on(service: &str) -> Vec<Work> {
    let special = SPECIAL.iter().filter(|(name, _)| *name == service).flat_map(|(_, work)| work);
    // Its own work comes up more often than what every service sees.
    special.clone().chain(special).chain(&COMMON).copied().collect()
}

/// Why it is needed now.
pub const REASONS: [&str; 8] = [
    "Planned for this iteration.",
    "Committed to the customers in the last roadmap review.",
    "Follows the review of the incident two weeks ago.",
    "Asked for by the finance department.",
    "A regulatory date; it can't move.",
    "Support gets about thirty tickets a week about it.",
    "Needed before the next partner goes live.",
    "Pays back debt we agreed on at planning.",
];

/// What an emergency is about.
pub const EMERGENCIES: [Work; 6] = [
    ("Stop retries that overload the bank", "The bank throttles us since the retry storm began."),
    ("Turn off the new price service", "Wrong prices for customers outside the euro area."),
    ("Bring back the previous timeout", "Payments time out since this morning's deployment."),
    ("Patch the parser of scheme messages", "A malformed message crashes the consumer."),
    ("Block a leaked client key", "A partner published its key by mistake."),
    ("Raise the connection limit", "Requests queue since the campaign started."),
];

/// Why somebody says yes, by role; the role they vote in decides.
#[must_use]
pub fn approval(role: &str) -> &'static [&'static str] {
    match role {
        "peer" => &[
            "Read the diff; the tests cover the change.",
            "Paired on part of the review, looks right to me.",
            "Checked the migration on a copy of staging.",
            "Simple and reversible by the flag.",
            "Asked for one more test, it is there now.",
        ],
        "service-owner" => &[
            "Fits the plan of the service; nobody else deploys today.",
            "Rollback is tested, on-call knows about it.",
            "Error budget allows it.",
            "Fine from my side; I watch the dashboards after it.",
            "Impact on customers is understood and announced.",
        ],
        "release-manager" => &[
            "No conflict in the calendar; window is free.",
            "Staging ran for a day without new errors.",
            "Runbook and rollback are linked and current.",
            "Coordinated with the deployment of the API edge.",
            "Approved for the regular window.",
        ],
        "security" => &[
            "Scan is clean; no new permission is asked for.",
            "Threat model is updated, secrets stay in the vault.",
            "Card data stays within its boundary.",
            "Checked the new dependency and its maintainers.",
        ],
        "compliance" => &[
            "Evidence is complete; segregation of duties holds.",
            "Control is not touched by this change.",
            "Tested as required; evidence is linked.",
            "In line with what we told the auditors in May.",
        ],
        "data-protection" => &[
            "No new purpose; retention is unchanged.",
            "Processing record is updated.",
            "Personal data is masked as agreed.",
        ],
        "cab" => &[
            "Discussed in today's board; benefit outweighs the risk.",
            "Agreed. Please report in the next board.",
            "Approved with the rollback plan as presented.",
            "Timing is right after the quarter end.",
        ],
        "operations" => &[
            "Capacity is there; alerts are in place.",
            "On-call is briefed.",
            "Runbook tried in staging.",
        ],
        _ => &["Looks right to me.", "Agreed.", "Checked and fine."],
    }
}

/// Why somebody says yes in a hurry.
pub const EMERGENCY_APPROVALS: [&str; 4] = [
    "Confirmed in the incident channel; go.",
    "Customers are hit now; the fix is small and I read it.",
    "Agreed on the call. Review follows tomorrow.",
    "Rollback is the same switch. Go ahead.",
];

/// Why somebody says no.
pub const REJECTIONS: [&str; 6] = [
    "This doubles the load on the database at month end. Please split it and come back after the close.",
    "The rollback plan says `redeploy`; with this migration that is not a rollback.",
    "No: the partner has not confirmed the new format.",
    "We agreed to freeze this part until the audit is over.",
    "The same change failed twice. I want the cause first.",
    "Costs more than it saves; see the discussion in the ticket.",
];

/// What somebody wants changed.
pub const CHANGES_WANTED: [&str; 6] = [
    "Please put it behind the flag so that we can turn it off without a deployment.",
    "The alert threshold in the parameters is that of staging.",
    "Add the migration test to the evidence, then I'm fine with it.",
    "Name the on-call person in the description.",
    "Please deploy it outside the settlement window.",
    "The version is not the one we tested; please rebuild from the release branch.",
];

/// What is said in an alignment session: a concern of the service's owner, the answer, what was agreed.
pub const CONCERNS: [[&str; 3]; 5] = [
    [
        "What happens to requests that are under way while both versions run?",
        "Both versions read the old and the new form; tried with last week's traffic in staging.",
        "One instance first, then an hour of watching, then the rest. Author and owner are on the call.",
    ],
    [
        "How do we get back once data is written in the new form?",
        "The new form is written beside the old one for a week; the old version reads on as before.",
        "Way back is the previous image, tried in staging. The old form goes with a change of its own.",
    ],
    [
        "Support learns of it from customers, as last time.",
        "A note with the three questions to expect goes to support the day before.",
        "Not before support has read the note; the owner tells the author.",
    ],
    [
        "The dashboards don't show the new path; we would not see it fail.",
        "Added an error rate and a latency panel, with an alert for on-call.",
        "Agreed. Stop at twice the usual error rate; on-call may stop it alone.",
    ],
    [
        "Risk and accounts change in the same week. Who goes first?",
        "Accounts on Tuesday, this one on Thursday if Tuesday was quiet.",
        "Order agreed with both teams; a failure on Tuesday moves this one by a week.",
    ],
];

/// Why somebody stops a change.
pub const HOLDS: [&str; 5] = [
    "The bank announced maintenance tonight; wait until it is over.",
    "We see raised error rates and don't want two things at once.",
    "Waiting for the answer of the card scheme.",
    "Month-end close is running.",
    "On-call handover first, please.",
];

/// Why it may go on.
pub const RELEASES: [&str; 4] = [
    "Maintenance is over.",
    "Error rates are back to normal; the cause was elsewhere.",
    "The answer is here and fits.",
    "Close is done.",
];

/// Why a requester takes a change back.
pub const WITHDRAWALS: [&str; 4] = [
    "Not needed any more: the partner moved its date.",
    "Goes into the next release together with the fix.",
    "Found a problem in staging.",
    "Replaced by a smaller change.",
];

/// What a review found after a success.
pub const REVIEWS: [&str; 5] = [
    "Went as planned. Error rate and latency unchanged after a day.",
    "Went as planned; the feature is used by 4 % of customers after two days.",
    "No incident in the week after. Flag removed.",
    "Deployment took longer than planned because of a slow health check; ticket filed.",
    "As planned. The runbook was right.",
];

/// What a review found after a failure.
pub const REVIEWS_OF_FAILURE: [&str; 3] = [
    "The health check did not cover the queue. Added to the template of all services.",
    "The configuration differed between staging and production; a test compares them now.",
    "Rollback took four minutes as in the runbook. Cause was a missing index.",
];

/// What is said of a deployment that did not go well, by outcome: issues, failed, rolled back.
pub const NOTES: [&[&str]; 3] = [
    &["Two instances needed a restart.", "Latency was up for ten minutes."],
    &["Health check failed on the first instance.", "Migration timed out before any change."],
    &["Error rate rose to 2 %; rolled back.", "Queue consumers stopped; back on the old version."],
];
