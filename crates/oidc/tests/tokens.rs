//! The corpus of tokens that must not hold, each one step away from one that does (B08).

#![expect(clippy::unwrap_used, reason = "a test that gets something else must stop")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use oidc::keys::KeySet;
use oidc::token::{Expected, TokenError, id_token, logout_token};
use serde_json::{Value, json};

const ISSUER: &str = "https://idp.example";
const NOW: i64 = 1_800_000_000;

/// A key pair as a provider has it.
struct Pair {
    signs: EncodingKey,
    public: Value,
}

impl Pair {
    fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let signs = EncodingKey::from_ec_der(pkcs8.unwrap().as_ref());
        let mut public =
            serde_json::to_value(Jwk::from_encoding_key(&signs, Algorithm::ES256).unwrap())
                .unwrap();
        public["kid"] = json!(kid);
        public["use"] = json!("sig");
        Self { signs, public }
    }

    fn keys(&self) -> KeySet {
        KeySet::read(&json!({"keys": [self.public]}))
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.signs).unwrap()
    }
}

fn header(kid: &str) -> Header {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(kid.to_owned());
    header
}

fn good() -> Value {
    json!({
        "iss": ISSUER, "aud": "countersign", "sub": "u-1", "nonce": "n-1",
        "iat": NOW - 5, "exp": NOW + 300, "auth_time": NOW - 5, "acr": "gold", "amr": ["pwd", "otp"],
        "sid": "s-1", "email": "somebody@else.example",
    })
}

fn expected() -> Expected<'static> {
    let now = Timestamp::from_second(NOW).unwrap();
    Expected { issuer: ISSUER, client: "countersign", now }
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = good();
    change(&mut claims);
    claims
}

#[test]
fn b08_a_good_id_token_holds_and_says_how_they_signed_in() {
    let pair = Pair::new("k1");
    let claims = id_token(&pair.sign(&header("k1"), &good()), &pair.keys(), expected(), "n-1");
    let claims = claims.unwrap();
    assert_eq!((claims.sub.as_str(), claims.acr.as_deref()), ("u-1", Some("gold")));
    assert_eq!(claims.amr, ["pwd", "otp"]);
    let several = with(|c| {
        c["aud"] = json!(["countersign", "other"]);
        c["azp"] = json!("countersign");
    });
    assert!(id_token(&pair.sign(&header("k1"), &several), &pair.keys(), expected(), "n-1").is_ok());
}

#[test]
fn b08_claims_of_another_issuer_client_time_or_request_are_refused() {
    let pair = Pair::new("k1");
    let table: [(&str, Value, TokenError); 18] = [
        ("issuer", with(|c| c["iss"] = json!("https://idp.example.evil")), TokenError::Issuer),
        ("a slash more", with(|c| c["iss"] = json!("https://idp.example/")), TokenError::Issuer),
        ("audience", with(|c| c["aud"] = json!("another")), TokenError::Audience),
        ("no audience of ours", with(|c| c["aud"] = json!(["a", "b"])), TokenError::Audience),
        ("empty audience", with(|c| c["aud"] = json!([])), TokenError::Audience),
        (
            "several audiences without a party",
            with(|c| c["aud"] = json!(["countersign", "other"])),
            TokenError::Audience,
        ),
        ("party", with(|c| c["azp"] = json!("another")), TokenError::Audience),
        ("expired", with(|c| c["exp"] = json!(NOW - 61)), TokenError::Time),
        ("issued later", with(|c| c["iat"] = json!(NOW + 61)), TokenError::Time),
        ("not yet", with(|c| c["nbf"] = json!(NOW + 61)), TokenError::Time),
        (
            "over before it began",
            with(|c| {
                c["iat"] = json!(NOW + 50);
                c["exp"] = json!(NOW - 50);
            }),
            TokenError::Time,
        ),
        ("nonce", with(|c| c["nonce"] = json!("n-2")), TokenError::Nonce),
        ("no nonce", with(|c| drop(c.as_object_mut().unwrap().remove("nonce"))), TokenError::Nonce),
        ("no subject", with(|c| c["sub"] = json!("")), TokenError::Subject),
        ("a long subject", with(|c| c["sub"] = json!("x".repeat(256))), TokenError::Subject),
        (
            "a logout token",
            with(|c| c["events"] = json!({})),
            TokenError::Type("logout".to_owned()),
        ),
        (
            "no expiry",
            with(|c| drop(c.as_object_mut().unwrap().remove("exp"))),
            TokenError::Malformed(String::new()),
        ),
        (
            "a subject that is none",
            with(|c| c["sub"] = json!(7)),
            TokenError::Malformed(String::new()),
        ),
    ];
    for (what, claims, error) in table {
        let found = id_token(&pair.sign(&header("k1"), &claims), &pair.keys(), expected(), "n-1");
        let found = found.expect_err(what);
        let same = std::mem::discriminant(&found) == std::mem::discriminant(&error);
        assert!(same, "{what}: {found:?}");
    }
}

#[test]
fn b08_no_algorithm_but_the_providers_own_and_no_key_but_its_published_ones() {
    let (pair, other) = (Pair::new("k1"), Pair::new("k1"));
    let refused =
        |token: &str, keys: &KeySet| id_token(token, keys, expected(), "n-1").unwrap_err();

    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for algorithm in ["none", "None", "nOnE"] {
        let unsigned = format!("{}.{}.", part(&json!({"alg": algorithm})), part(&good()));
        assert_eq!(refused(&unsigned, &pair.keys()), TokenError::Algorithm(algorithm.to_owned()));
    }
    // The public key as a shared secret, in every form an attacker could have it.
    for secret in [pair.public.to_string(), pair.public["x"].as_str().unwrap().to_owned()] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some("k1".to_owned());
        let key = EncodingKey::from_secret(secret.as_bytes());
        let forged = encode(&header, &good(), &key).unwrap();
        assert_eq!(refused(&forged, &pair.keys()), TokenError::Algorithm("HS256".to_owned()));
    }
    // A published shared secret is no key either.
    let shared = json!({"kty": "oct", "kid": "k1", "k": URL_SAFE_NO_PAD.encode(b"secret")});
    let mut hs = Header::new(Algorithm::HS256);
    hs.kid = Some("k1".to_owned());
    let forged = encode(&hs, &good(), &EncodingKey::from_secret(b"secret")).unwrap();
    let keys = KeySet::read(&json!({"keys": [shared]}));
    assert_eq!(refused(&forged, &keys), TokenError::Algorithm("HS256".to_owned()));

    let signed_by_other = other.sign(&header("k1"), &good());
    assert_eq!(refused(&signed_by_other, &pair.keys()), TokenError::Signature);
    // The attacker's key, in the token and at a place the token names: neither is looked at.
    let mut header_with_key = header("evil");
    header_with_key.jwk = serde_json::from_value(other.public.clone()).ok();
    header_with_key.jku = Some("https://evil.example/keys".to_owned());
    header_with_key.x5u = Some("https://evil.example/keys".to_owned());
    let forged = other.sign(&header_with_key, &good());
    assert_eq!(refused(&forged, &pair.keys()), TokenError::UnknownKey);

    let mut encrypts = pair.public.clone();
    encrypts["use"] = json!("enc");
    let token = pair.sign(&header("k1"), &good());
    assert_eq!(
        refused(&token, &KeySet::read(&json!({"keys": [encrypts]}))),
        TokenError::UnknownKey
    );
    let mut says_other = pair.public.clone();
    says_other["alg"] = json!("ES384");
    assert_eq!(
        refused(&token, &KeySet::read(&json!({"keys": [says_other]}))),
        TokenError::UnknownKey
    );
    // Two keys of one name: we don't guess.
    let twice = KeySet::read(&json!({"keys": [pair.public, other.public]}));
    assert_eq!(refused(&token, &twice), TokenError::UnknownKey);
    assert_eq!(refused(&token, &KeySet::read(&json!({"keys": "none"}))), TokenError::UnknownKey);
}

#[test]
fn b08_tokens_of_another_type_or_form_are_refused() {
    let pair = Pair::new("k1");
    let keys = pair.keys();
    let read = |token: &str| id_token(token, &keys, expected(), "n-1");
    for kind in ["at+jwt", "logout+jwt", "application/logout+jwt", "secevent+jwt", "dpop+jwt"] {
        let mut header = header("k1");
        header.typ = Some(kind.to_owned());
        let found = read(&pair.sign(&header, &good()));
        assert!(matches!(found, Err(TokenError::Type(_))), "{kind}: {found:?}");
    }
    let mut critical = header("k1");
    critical.crit = Some(vec!["b64".to_owned()]);
    assert!(matches!(read(&pair.sign(&critical, &good())), Err(TokenError::Malformed(_))));
    let mut no_type = header("k1");
    no_type.typ = None;
    assert!(read(&pair.sign(&no_type, &good())).is_ok());

    let good_token = pair.sign(&header("k1"), &good());
    let (rest, signature) = good_token.rsplit_once('.').unwrap();
    let (head, claims) = rest.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(with(|c| c["sub"] = json!("u-2")).to_string());
    for (what, token) in [
        ("other claims", format!("{head}.{other}.{signature}")),
        ("no signature", format!("{head}.{claims}.")),
        ("a part too few", format!("{head}.{claims}")),
        ("a part too many", format!("{good_token}.{signature}")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("very long", format!("{good_token}{}", "A".repeat(70_000))),
    ] {
        assert!(read(&token).is_err(), "{what}");
    }
}

#[test]
fn b08_a_logout_token_needs_its_event_and_no_nonce() {
    let pair = Pair::new("k1");
    let event = "http://schemas.openid.net/event/backchannel-logout";
    let logout = json!({
        "iss": ISSUER, "aud": "countersign", "iat": NOW - 5, "exp": NOW + 60, "jti": "j",
        "sub": "u-1", "sid": "s-1", "events": {event: {}},
    });
    let mut head = header("k1");
    head.typ = Some("logout+jwt".to_owned());
    let read = |claims: &Value| logout_token(&pair.sign(&head, claims), &pair.keys(), expected());
    let claims = read(&logout).unwrap();
    assert_eq!((claims.sub.as_deref(), claims.sid.as_deref()), (Some("u-1"), Some("s-1")));

    type Change = fn(&mut Value);
    let table: [(&str, Change); 9] = [
        ("another issuer", |c| c["iss"] = json!("https://evil.example")),
        ("another client", |c| c["aud"] = json!("other")),
        ("no event", |c| c["events"] = json!({})),
        ("another event", |c| c["events"] = json!({"http://x": {}})),
        ("an event that is no object", |c| {
            c["events"]["http://schemas.openid.net/event/backchannel-logout"] = json!(true);
        }),
        ("a nonce", |c| c["nonce"] = json!("n-1")),
        ("old", |c| c["iat"] = json!(NOW - 301)),
        ("expired", |c| c["exp"] = json!(NOW - 61)),
        ("nobody", |c| {
            let _ = c.as_object_mut().unwrap().remove("sub");
            let _ = c.as_object_mut().unwrap().remove("sid");
        }),
    ];
    for (what, change) in table {
        let mut claims = logout.clone();
        change(&mut claims);
        assert!(read(&claims).is_err(), "{what}");
    }
    // An ID token ends no session, and an access token neither.
    let id = pair.sign(&header("k1"), &good());
    assert!(logout_token(&id, &pair.keys(), expected()).is_err());
    let mut access = header("k1");
    access.typ = Some("at+jwt".to_owned());
    let access = pair.sign(&access, &logout);
    assert!(matches!(logout_token(&access, &pair.keys(), expected()), Err(TokenError::Type(_))));
}
