//! Exact tails of a few distributions, and the correction for looking in many places.
//!
//! All take counts and return probabilities. Nothing is approximated by a normal curve: the numbers
//! that are looked at are small. No test says anything of no data: a tail from 0 on is 1.

use std::f64::consts::PI;

/// Coefficients of Lanczos' approximation for g = 7, good to 15 digits.
const LANCZOS: [f64; 8] = [
    676.520_368_121_885_1,
    -1_259.139_216_722_402_8,
    771.323_428_777_653_1,
    -176.615_029_162_140_6,
    12.507_343_278_686_905,
    -0.138_571_095_265_720_12,
    9.984_369_578_019_572e-6,
    1.505_632_735_149_311_6e-7,
];

/// The logarithm of the gamma function, for positive numbers (Lanczos 1964).
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    if x < 0.5 {
        return (PI / (PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let places = (1..).map(f64::from);
    let terms = LANCZOS.iter().zip(places).map(|(c, n)| c / (x + n));
    let sum = 0.999_999_999_999_809_9 + terms.sum::<f64>();
    let t = x + 7.5;
    0.5f64.mul_add((2.0 * PI).ln(), (x + 0.5) * t.ln()) - t + sum.ln()
}

fn ln_choose(n: u32, k: u32) -> f64 {
    let [n, k] = [f64::from(n), f64::from(k)];
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
}

/// Sums the chances of all counts from `k` to `most`, and never says more than 1.
fn tail(k: u32, most: u32, ln_chance: impl Fn(u32) -> f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    (k..=most).map(|x| ln_chance(x).exp()).sum::<f64>().min(1.0)
}

/// The chance of at least `k` of `n` when each happens with chance `p`: the exact one-sided binomial
/// test (Clopper & Pearson 1934).
#[must_use]
pub fn binomial_tail(k: u32, n: u32, p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return if k == 0 || p >= 1.0 { 1.0 } else { 0.0 };
    }
    tail(k, n, |x| {
        let (yes, no) = (f64::from(x), f64::from(n - x));
        yes.mul_add(p.ln(), no.mul_add((1.0 - p).ln(), ln_choose(n, x)))
    })
}

/// The chance of at least `k` of `n` when the share itself is only known to follow Beta(`a`, `b`):
/// the beta-binomial predictive distribution (Skellam 1948).
#[must_use]
pub fn beta_binomial_tail(k: u32, n: u32, a: f64, b: f64) -> f64 {
    let ln_beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    tail(k, n, |x| {
        ln_choose(n, x) + ln_beta(a + f64::from(x), b + f64::from(n - x)) - ln_beta(a, b)
    })
}

/// The chance of at least `k` events where `mean` are expected and the rate itself varies as
/// Gamma(`shape`): the negative binomial distribution (Greenwood & Yule 1920).
#[must_use]
pub fn negative_binomial_tail(k: u32, shape: f64, mean: f64) -> f64 {
    if k == 0 || mean <= 0.0 {
        return if k == 0 { 1.0 } else { 0.0 };
    }
    let ln_yes = (mean / (shape + mean)).ln();
    let ln_no = (shape / (shape + mean)).ln();
    let x = f64::from(k);
    let ln_ways = ln_gamma(x + shape) - ln_gamma(x + 1.0) - ln_gamma(shape);
    // 1 less what is below would lose all digits of a small tail, so the tail itself is summed, each
    // term from the one before, as far as it counts.
    let mut term = x.mul_add(ln_yes, shape.mul_add(ln_no, ln_ways)).exp();
    let (mut sum, mut x) = (0.0, x);
    while x < f64::from(k) + 100_000.0 && term > sum * 1e-17 {
        sum += term;
        term *= (x + shape) / (x + 1.0) * ln_yes.exp();
        x += 1.0;
    }
    sum.min(1.0)
}

/// The chance that at least `k` of the `n` drawn are among the `marked` of `total`: Fisher's exact
/// one-sided test (Fisher 1935).
#[must_use]
pub fn hypergeometric_tail(k: u32, n: u32, marked: u32, total: u32) -> f64 {
    let possible = |x: &u32| x <= &marked && n - x <= total - marked;
    let ln_chance = |x: u32| {
        if !possible(&x) {
            return f64::NEG_INFINITY;
        }
        ln_choose(marked, x) + ln_choose(total - marked, n - x) - ln_choose(total, n)
    };
    tail(k, n, ln_chance)
}

/// The chance that a share that follows Beta(`a`, `b`) is at most `x`: the regularised incomplete
/// beta function, by Lentz's continued fraction (DLMF 8.17.22).
#[must_use]
pub fn beta_below(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    // The fraction converges fast on this side only.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_below(1.0 - x, b, a);
    }
    let ln_front =
        a.mul_add(x.ln(), b * (1.0 - x).ln()) + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let away_from_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut fraction) = (1.0, d);
    for m in (1..200u32).map(f64::from) {
        let twice = 2.0 * m;
        let even = m * (b - m) * x / ((a + twice - 1.0) * (a + twice));
        let odd = -(a + m) * (a + b + m) * x / ((a + twice) * (a + twice + 1.0));
        for step in [even, odd] {
            d = 1.0 / away_from_zero(step.mul_add(d, 1.0));
            c = away_from_zero(1.0 + step / c);
            fraction *= c * d;
        }
    }
    (ln_front.exp() * fraction / a).clamp(0.0, 1.0)
}

/// The share below which a Beta(`a`, `b`) lies with chance `p`, to nine digits.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if beta_below(middle, a, b) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The largest p-value that still counts when at most the share `q` of what is claimed may be false,
/// on average (Benjamini & Hochberg 1995). Zero when none counts.
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64], q: f64) -> f64 {
    let mut sorted = p_values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let all = f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
    let places = (1..).map(f64::from);
    let counts = sorted.iter().zip(places).filter(|(p, place)| **p <= place / all * q);
    counts.map(|(p, _)| *p).last().unwrap_or(0.0)
}
