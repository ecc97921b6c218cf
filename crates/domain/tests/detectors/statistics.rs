//! The statistics against values worked out elsewhere, or by counting.

use domain::detect::statistics::*;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1e-12)
}

#[test]
fn m4_5_tails_are_those_of_the_distributions() {
    // 5 or more heads of 8: (56 + 28 + 8 + 1) / 256.
    assert!(close(binomial_tail(5, 8, 0.5), 93.0 / 256.0));
    // The lady tasting tea: all four of four, and three or four.
    assert!(close(hypergeometric_tail(4, 4, 4, 8), 1.0 / 70.0));
    assert!(close(hypergeometric_tail(3, 4, 4, 8), 17.0 / 70.0));
    // With shape 1 it is geometric: (m / (1 + m))^k.
    assert!(close(negative_binomial_tail(3, 1.0, 0.25), 0.2f64.powi(3)));
    // With a flat prior every count from 0 to n is as likely.
    assert!(close(beta_binomial_tail(4, 9, 1.0, 1.0), 0.6));
}

#[test]
fn m4_5_nothing_is_improbable_about_no_data() {
    for tail in [
        binomial_tail(0, 0, 0.1),
        hypergeometric_tail(0, 0, 0, 5),
        negative_binomial_tail(0, 1.0, 0.0),
        beta_binomial_tail(0, 0, 1.0, 1.0),
    ] {
        assert!(close(tail, 1.0), "{tail}");
    }
}

#[test]
fn m3_4_quantiles_turn_the_beta_distribution_round() {
    assert!(close(beta_below(0.3, 1.0, 1.0), 0.3));
    // Beta(2, 1) has x² below x.
    assert!(close(beta_below(0.4, 2.0, 1.0), 0.16));
    assert!((beta_quantile(0.25, 2.0, 1.0) - 0.5).abs() < 1e-9);
    let middle = beta_quantile(0.5, 40.0, 10.0);
    assert!((beta_below(middle, 40.0, 10.0) - 0.5).abs() < 1e-8);
}

#[test]
fn m4_5_many_places_are_corrected_for() {
    // Benjamini & Hochberg's own example of 15 p-values at 0.05: the first four count.
    let all = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ];
    assert!(close(benjamini_hochberg(&all, 0.05), 0.0095));
    assert!(benjamini_hochberg(&[], 0.05).abs() < f64::EPSILON);
}
