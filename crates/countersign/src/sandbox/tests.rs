//! A sandbox on this machine: made beside the data it copies, and never taken for it.

use app::access::NewAdmin;
use app::ports::Clock as _;
use jiff::SignedDuration;

use super::*;

async fn organisation(folder: &Path) {
    let data = Data { folder, database: None };
    let opened = composition::open(data, composition::ports()).await.unwrap();
    let files = policy::starter::files("small-team").unwrap();
    opened.app.begin_policy(files).await.unwrap();
    let admin = NewAdmin {
        organisation: "Small".to_owned(),
        name: "Ana".to_owned(),
        user_name: "ana".to_owned(),
        password: "correct horse battery staple".to_owned(),
    };
    opened.app.set_up(admin).await.unwrap();
    opened.store.close().await.unwrap();
}

#[tokio::test]
async fn m7_6_a_sandbox_is_made_opened_again_and_never_served_as_the_real_thing() {
    let (real, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    organisation(real.path()).await;
    let folder = place.path().join("sandbox");
    assert!(!is_made(&folder).unwrap());
    let from = CopyOf::Data(Data { folder: real.path(), database: None });
    make(&folder, from, None).await.unwrap();
    assert!(is_made(&folder).unwrap());
    let known = SandboxCredentials::read(&folder).unwrap().unwrap();
    assert_eq!(known.people[0].user_name, "ana");

    let opened = open(&folder).await.unwrap();
    let name = opened.key.name().to_owned();
    assert!(app::sandbox::is_sandbox(&name), "{name}");
    assert!(!app::sandbox::is_sandbox(&known.origin), "{}", known.origin);
    let before = opened.app.ports().now();
    let until = before + SignedDuration::from_hours(2);
    let clock = &opened.sandbox.as_ref().unwrap().clock;
    opened.app.play_until(clock.as_ref(), until).await.unwrap();
    let (token, _) = opened.app.sign_in("ana", &known.password).await.unwrap();
    assert!(!token.is_empty());
    opened.store.close().await.unwrap();

    // The clock stands where it was left.
    assert_eq!(StandingClock::of(&folder).unwrap().now(), until);
    let data = Data { folder: &folder, database: None };
    let refused = composition::open(data, composition::ports()).await.err().unwrap();
    assert!(refused.to_string().contains("is a sandbox"), "{refused}");
}

#[tokio::test]
async fn m7_6_a_sandbox_is_made_nowhere_but_in_an_empty_folder() {
    let real = tempfile::tempdir().unwrap();
    organisation(real.path()).await;
    let refused = is_made(real.path()).unwrap_err();
    assert!(refused.to_string().contains("is left alone"), "{refused}");
}

#[tokio::test]
async fn m7_6_a_sandbox_does_not_begin_before_the_end_of_what_it_copies() {
    let (real, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    organisation(real.path()).await;
    let folder = place.path().join("sandbox");
    let from = CopyOf::Data(Data { folder: real.path(), database: None });
    let at = Some("2020-01-01T00:00:00Z".parse().unwrap());
    let refused = make(&folder, from, at).await.unwrap_err();
    assert!(refused.to_string().contains("can't begin at"), "{refused}");
    assert!(is_made(&folder).is_err(), "what is half made is no sandbox");
}
