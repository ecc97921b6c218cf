//! Assigning people to requirements: maximum bipartite matching, so that no order of votes can
//! dead-end and nobody fills two places (I4, B19).

/// Assigns candidates to places, as many as can be.
///
/// `places[p]` lists the candidates that may fill place `p`. Returns for each place the candidate
/// that fills it. Kuhn's augmenting paths: O(places × edges), fine for the dozens a change has.
/// Earlier places are filled first when not all can be.
#[must_use]
pub fn assign(places: &[Vec<usize>], candidates: usize) -> Vec<Option<usize>> {
    let mut place_of = vec![None; candidates];
    for place in 0..places.len() {
        let mut seen = vec![false; candidates];
        augment(place, places, &mut place_of, &mut seen);
    }
    let mut filled = vec![None; places.len()];
    for (candidate, place) in place_of.iter().enumerate() {
        if let Some(slot) = place.and_then(|p: usize| filled.get_mut(p)) {
            *slot = Some(candidate);
        }
    }
    filled
}

fn augment(
    place: usize,
    places: &[Vec<usize>],
    place_of: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    let Some(edges) = places.get(place) else { return false };
    for &candidate in edges {
        if candidate >= seen.len() || std::mem::replace(&mut seen[candidate], true) {
            continue;
        }
        let free = match place_of[candidate] {
            None => true,
            Some(other) => augment(other, places, place_of, seen),
        };
        if free {
            place_of[candidate] = Some(place);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(places: &[Vec<usize>], candidates: usize) -> usize {
        assign(places, candidates).iter().flatten().count()
    }

    #[test]
    fn b19_one_person_fills_one_place() {
        assert_eq!(filled(&[vec![0], vec![0]], 1), 1);
    }

    #[test]
    fn a_later_place_moves_an_earlier_person_on() {
        // Person 0 may fill both, person 1 only the first.
        assert_eq!(assign(&[vec![0, 1], vec![0]], 2), vec![Some(1), Some(0)]);
    }

    #[test]
    fn agrees_with_trying_everything() {
        // Every bipartite graph of three places and three people.
        for bits in 0u32..512 {
            let edges = |p: u32| (0..3).filter(move |c| bits >> (3 * p + c) & 1 == 1);
            let places: Vec<Vec<usize>> =
                (0..3).map(|p| edges(p).map(|c| c as usize).collect()).collect();
            assert_eq!(filled(&places, 3), best(&places, &mut Vec::new()), "{places:?}");
        }
    }

    fn best(places: &[Vec<usize>], used: &mut Vec<usize>) -> usize {
        let Some((first, rest)) = places.split_first() else { return 0 };
        let mut most = best(rest, used);
        for &c in first {
            if !used.contains(&c) {
                used.push(c);
                most = most.max(1 + best(rest, used));
                used.pop();
            }
        }
        most
    }
}
