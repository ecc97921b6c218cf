//! Who works at Meridian Payments, what they run, and which roles they hold: tables only.
//!
//! Role names agree with the starter bundle `regulated-company`. Nobody here exists.

use domain::organisation::Criticality;

/// What the organisation is called.
pub const NAME: &str = "Meridian Payments";
/// The domain of everybody's e-mail address.
pub const MAIL: &str = "meridian-payments.example";

const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";
const SINGAPORE: &str = "Asia/Singapore";

/// A domain: its name and title.
pub const DOMAINS: [(&str, &str); 4] = [
    ("payments", "Payments"),
    ("accounts", "Accounts"),
    ("risk", "Risk and fraud"),
    ("platform", "Platform"),
];

/// A service as registered.
pub struct ServiceRow {
    /// Its name.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Its domain.
    pub domain: &'static str,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// Labels that policy reads.
    pub labels: &'static [(&'static str, &'static str)],
    /// User name of its owner.
    pub owner: &'static str,
    /// How often it is deployed, relative to the others.
    pub pace: i64,
}

const SOX: (&str, &str) = ("sox", "true");
const PCI: (&str, &str) = ("pci", "true");
const PERSONAL: (&str, &str) = ("data", "personal");

macro_rules! service {
    ($name:literal, $title:literal, $domain:literal, $criticality:ident, $labels:expr,
     $owner:literal, $pace:literal) => {
        ServiceRow {
            name: $name,
            title: $title,
            domain: $domain,
            criticality: Criticality::$criticality,
            labels: &$labels,
            owner: $owner,
            pace: $pace,
        }
    };
}

/// All services.
pub const SERVICES: [ServiceRow; 12] = [
    service!("checkout", "Checkout", "payments", High, [PCI], "jonas.weber", 14),
    service!("card-gateway", "Card gateway", "payments", Critical, [PCI, SOX], "claire.dubois", 8),
    service!("payouts", "Payouts", "payments", Critical, [SOX], "claire.dubois", 7),
    service!("refunds", "Refunds", "payments", High, [SOX], "jonas.weber", 7),
    service!("account-ledger", "Account ledger", "accounts", Critical, [SOX], "hannah.schulz", 6),
    service!(
        "customer-profile",
        "Customer profile",
        "accounts",
        High,
        [PERSONAL],
        "oliver.grant",
        9
    ),
    service!("statements", "Statements", "accounts", Medium, [PERSONAL, SOX], "hannah.schulz", 6),
    service!("fraud-scoring", "Fraud scoring", "risk", High, [PERSONAL], "david.cohen", 9),
    service!("sanctions-screening", "Sanctions screening", "risk", High, [SOX], "david.cohen", 5),
    service!("api-edge", "API edge", "platform", Critical, [PCI], "anna.lindqvist", 8),
    service!(
        "notifications",
        "Notifications",
        "platform",
        Medium,
        [PERSONAL],
        "anna.lindqvist",
        11
    ),
    service!("developer-portal", "Developer portal", "platform", Low, [], "ravi.iyer", 10),
];

/// Which engineers somebody works with, by domain.
pub struct PersonRow {
    /// What they sign in with; also the first part of their address.
    pub user: &'static str,
    /// What they are called.
    pub name: &'static str,
    /// Where they live.
    pub zone: &'static str,
    /// The domain whose engineers they belong to; empty for others.
    pub team: &'static str,
    /// Roles held on the whole organisation.
    pub roles: &'static [&'static str],
}

macro_rules! person {
    ($user:literal, $name:literal, $zone:ident, $team:literal, $roles:expr) => {
        PersonRow { user: $user, name: $name, zone: $zone, team: $team, roles: &$roles }
    };
}

/// Everybody. Owners hold their role on their services (see [`SERVICES`]); engineers are peers in
/// their domain and may ask for changes.
pub const PEOPLE: [PersonRow; 38] = [
    person!("lena.hoffmann", "Lena Hoffmann", BERLIN, "payments", []),
    person!("tobias.krueger", "Tobias Krüger", BERLIN, "payments", []),
    person!("amara.nwosu", "Amara Nwosu", NEW_YORK, "payments", []),
    person!("wei.zhang", "Wei Zhang", SINGAPORE, "payments", []),
    person!("felix.brandt", "Felix Brandt", BERLIN, "accounts", []),
    person!("grace.kim", "Grace Kim", NEW_YORK, "accounts", []),
    person!("nadia.haddad", "Nadia Haddad", BERLIN, "accounts", []),
    person!("arjun.mehta", "Arjun Mehta", SINGAPORE, "accounts", []),
    person!("elena.petrova", "Elena Petrova", BERLIN, "risk", []),
    person!("samuel.adeyemi", "Samuel Adeyemi", NEW_YORK, "risk", []),
    person!("yuki.tanaka", "Yuki Tanaka", SINGAPORE, "risk", []),
    person!("lukas.vogel", "Lukas Vogel", BERLIN, "platform", []),
    person!("maria.santos", "Maria Santos", NEW_YORK, "platform", []),
    person!("kenji.mori", "Kenji Mori", SINGAPORE, "platform", []),
    person!("jonas.weber", "Jonas Weber", BERLIN, "", []),
    person!("claire.dubois", "Claire Dubois", BERLIN, "", []),
    person!("hannah.schulz", "Hannah Schulz", BERLIN, "", []),
    person!("oliver.grant", "Oliver Grant", NEW_YORK, "", []),
    person!("david.cohen", "David Cohen", NEW_YORK, "", []),
    person!("anna.lindqvist", "Anna Lindqvist", BERLIN, "", []),
    person!("ravi.iyer", "Ravi Iyer", SINGAPORE, "", ["operations"]),
    person!("sven.larsson", "Sven Larsson", BERLIN, "platform", ["operations"]),
    person!("nina.alvarez", "Nina Alvarez", NEW_YORK, "platform", ["operations"]),
    person!("priya.raman", "Priya Raman", SINGAPORE, "", ["release-manager"]),
    person!("thomas.becker", "Thomas Becker", BERLIN, "", ["release-manager"]),
    person!("emily.carter", "Emily Carter", NEW_YORK, "", ["release-manager"]),
    person!("marcus.lee", "Marcus Lee", NEW_YORK, "", ["security"]),
    person!("katja.neumann", "Katja Neumann", BERLIN, "", ["security"]),
    person!("sofia.rossi", "Sofia Rossi", BERLIN, "", ["compliance"]),
    person!("james.whitfield", "James Whitfield", NEW_YORK, "", ["compliance"]),
    person!("isabel.moreno", "Isabel Moreno", BERLIN, "", ["data-protection"]),
    person!("daniel.okafor", "Daniel Okafor", NEW_YORK, "", ["cab"]),
    person!("ursula.keller", "Ursula Keller", BERLIN, "", ["cab"]),
    person!("victor.lim", "Victor Lim", SINGAPORE, "", ["cab", "data-protection"]),
    person!("marta.kowalska", "Marta Kowalska", BERLIN, "", []),
    person!("mei.tan", "Mei Tan", SINGAPORE, "", ["auditor"]),
    person!("ingrid.solberg", "Ingrid Solberg", BERLIN, "", ["admin"]),
    person!("rafael.costa", "Rafael Costa", NEW_YORK, "", ["policy-author"]),
];

/// Those who can sign in, and the role they stand for in `demo-credentials.json`.
pub const ACTORS: [(&str, &str); 9] = [
    ("requester", "lena.hoffmann"),
    ("owner", "jonas.weber"),
    ("approver", "priya.raman"),
    ("security", "marcus.lee"),
    ("compliance", "sofia.rossi"),
    ("cab", "daniel.okafor"),
    ("auditor", "mei.tan"),
    ("admin", "ingrid.solberg"),
    ("policy-author", "rafael.costa"),
];

/// The pipeline that stands for the actor `pipeline`, limited to checkout.
pub const CHECKOUT_PIPELINE: &str = "checkout-pipeline";

/// Who answers for the pipelines. She approves nothing, so no vote is lost by it.
pub const PIPELINE_OWNER: &str = "marta.kowalska";
